# Reference values for tests/residents/. R is not needed to run the tests.
#   Rscript tests/reference/residents.R   (from the project root; Debian: r-base-core, r-cran-survey)
# Writes residents_r.csv (one value a row) and the data of R's survey package that the tests read.
library(survey)
data(api)
out <- "tests/reference"
rows <- list()
put <- function(id, what, value) rows[[length(rows) + 1]] <<- data.frame(id = id, what = what, value = sprintf("%.14g", value))
both <- function(id, stat) { put(id, "estimate", coef(stat)[[1]]); put(id, "se", SE(stat)[[1]]) }
interval <- function(id, method, formula, design) {
  found <- svyciprop(formula, design, method = method)
  ci <- attr(found, "ci")
  put(id, paste0(method, "_low"), ci[[1]]); put(id, paste0(method, "_high"), ci[[2]])
}

strat <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)
both("strat total enroll", svytotal(~enroll, strat))
both("strat mean api00", svymean(~api00, strat))
both("strat ratio", svyratio(~api.stu, ~enroll, strat))
both("strat domain mean", svymean(~enroll, subset(strat, sch.wide == "Yes")))
both("strat domain total", svytotal(~enroll, subset(strat, sch.wide == "Yes")))
put("strat domain mean", "df", degf(subset(strat, sch.wide == "Yes")))
contrast <- svycontrast(svyby(~api00, ~sch.wide, strat, svymean, covmat = TRUE), c(Yes = 1, No = -1))
both("strat difference", contrast)
for (method in c("logit", "beta")) {
  interval("strat low scores", method, ~I(api00 < 450), strat)
  interval("strat low scores of high schools", method, ~I(api00 < 450), subset(strat, stype == "H"))
}
both("strat low scores of high schools", svymean(~I(as.numeric(api00 < 450)), subset(strat, stype == "H")))

clus <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc)
both("clus mean api00", svymean(~api00, clus))
types <- data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018))
wide <- data.frame(sch.wide = c("No", "Yes"), Freq = c(1072, 5122))
post <- postStratify(clus, ~stype, types)
both("post total enroll", svytotal(~enroll, post))
both("post mean api00", svymean(~api00, post))
raked <- rake(clus, list(~stype, ~sch.wide), list(types, wide))
both("raked mean api00", svymean(~api00, raked))
both("raked total enroll", svytotal(~enroll, raked))

write.csv(do.call(rbind, rows), file.path(out, "residents_r.csv"), row.names = FALSE, quote = FALSE)
columns <- c("stype", "sch.wide", "api00", "api.stu", "enroll", "pw", "fpc")
write.csv(apistrat[, columns], file.path(out, "residents_apistrat.csv"), row.names = FALSE, quote = FALSE)
write.csv(apiclus1[, c("dnum", columns)], file.path(out, "residents_apiclus1.csv"), row.names = FALSE, quote = FALSE)
cat(R.version.string, "survey", as.character(packageVersion("survey")), "\n")
