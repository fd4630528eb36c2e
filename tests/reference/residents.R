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

# The synthetic city's survey, weighted from the files alone: districts, silence by sex and age, raking to the register.
answers_of <- function(file) read.csv(file, header = FALSE, skip = 1, encoding = "UTF-8",
  col.names = c("id", "sex", "age", "district", "heard", "wave", "mode", "direct", "u1", "u2", "u3", "consult",
                "withdrawn", "onset", "support", "use", "needed"))
register <- read.csv("data/sample/fy2023/residents_frame.csv", header = FALSE, skip = 1, encoding = "UTF-8",
  col.names = c("sex", "age", "district", "n", "source"))
# In the order of the files: men before women, the young before the old.
number <- function(x, like) match(x, unique(like))
coded <- function(drawn) {
  drawn$s <- number(drawn$sex, register$sex); drawn$a <- number(drawn$age, register$age)
  drawn$h <- number(drawn$district, register$district)
  drawn$N <- persons[drawn$h]
  drawn$score <- drawn$u1 + drawn$u2 + drawn$u3
  drawn
}
register$class <- paste0(number(register$sex, register$sex), number(register$age, register$age))
persons <- tapply(register$n, number(register$district, register$district), sum)
drawn <- coded(answers_of("data/sample/fy2023/residents.csv"))
classes_of_register <- tapply(register$n, register$class, sum)
weigh <- function(drawn, joined = c()) {  # joined: cell -> the class that it belongs to
  class_of <- function(cells) ifelse(cells %in% names(joined), joined[cells], cells)
  drawn$class <- class_of(paste0(drawn$s, drawn$a))
  drawn$base <- drawn$N / ave(drawn$heard, drawn$h, FUN = length)
  drawn$base <- drawn$base * ave(drawn$base, drawn$class, FUN = sum) / ave(drawn$base * drawn$heard, drawn$class, FUN = sum)
  answers <- drawn[drawn$heard == 1, ]
  # A calibrated design keeps those outside a domain at weight 0, so they need some value.
  for (name in c("direct", "score", "withdrawn", "support")) {
    answers[[paste0("has_", name)]] <- !is.na(answers[[name]])
    answers[[name]][is.na(answers[[name]])] <- 0
  }
  answers$class <- factor(answers$class); answers$h <- factor(answers$h)
  classes <- tapply(register$n, class_of(register$class), sum)
  sampled <- svydesign(id = ~1, strata = ~h, weights = ~base, data = answers, fpc = ~N)
  known <- c(`(Intercept)` = sum(register$n), setNames(classes[-1], paste0("class", names(classes)[-1])),
             setNames(persons[-1], paste0("h", 2:5)))
  calibrate(sampled, ~class + h, known, calfun = "raking", epsilon = 1e-12, maxit = 200)
}
fit <- weigh(drawn)
share <- function(id, formula, design) {
  found <- svyciprop(formula, design, method = "beta")
  put(id, "estimate", found[[1]]); put(id, "se", sqrt(attr(found, "var")[[1]]))
  put(id, "beta_low", attr(found, "ci")[[1]]); put(id, "beta_high", attr(found, "ci")[[2]])
}
spoke <- subset(fit, has_direct); scored <- subset(fit, has_score)
for (code in 1:5) share(paste("city direct", code), bquote(~I(direct == .(code))), spoke)
share("city lonely", ~I(direct <= 2), spoke)
for (i in 1:2) {
  share(paste("city lonely", i, 0), ~I(direct <= 2), subset(spoke, s == i))
  both(paste("city score", i, 0), svymean(~score, subset(scored, s == i)))
  for (j in 1:4) share(paste("city lonely", i, j), ~I(direct <= 2), subset(spoke, s == i & a == j))
}
for (j in 1:4) {
  share(paste("city lonely", 0, j), ~I(direct <= 2), subset(spoke, a == j))
  both(paste("city score", 0, j), svymean(~score, subset(scored, a == j)))
}
both("city score", svymean(~score, scored))
spoke <- update(spoke, lonely = as.numeric(direct <= 2))
men <- svyglm(lonely ~ I(s == 1), spoke)  # the slope is the difference of the two means, its error Taylor's
put("city men less women", "estimate", coef(men)[[2]]); put("city men less women", "se", SE(men)[[2]])
share("city withdrawn", ~I(withdrawn == 1), subset(fit, has_withdrawn))
share("city known", ~I(support <= 2), subset(fit, has_support))

# No woman of 16 to 29 was drawn, and one man of 70 and over answered: each cell joins its neighbour of the same sex.
few <- drawn[!(drawn$s == 2 & drawn$a == 1), ]
old <- which(few$s == 1 & few$a == 4 & few$heard == 1)
few$heard[old[-1]] <- 0
joined <- weigh(few, c(`21` = "22", `14` = "13"))
spoke <- subset(joined, has_direct)
share("joined lonely", ~I(direct <= 2), spoke)
for (i in 1:2) share(paste("joined lonely", i), ~I(direct <= 2), subset(spoke, s == i))
both("joined score", svymean(~score, subset(joined, has_score)))

# Two years, the second version of the survey taken as the earlier one: persons are clusters of the stacked years.
first <- function(drawn, year) {
  d <- weigh(drawn)$variables  # classes and weights of those who answered
  d$year <- year
  d
}
years <- rbind(first(drawn, 1), first(coded(answers_of("data/sample/truth/residents_lonely_silent.csv")), 0))
years$group <- factor(paste(years$year, years$class))
for (k in 2:5) for (y in 0:1) years[[paste0("d", y, k)]] <- as.numeric(years$year == y & years$h == k)
wanted <- c(setNames(rep(classes_of_register, 2), paste0("group", levels(years$group))),
            setNames(rep(persons[-1], each = 2), paste0("d", rep(0:1, 4), rep(2:5, each = 2))))
for (same in c(TRUE, FALSE)) {
  years$person <- if (same) years$id else paste(years$year, years$id)
  years$stratum <- if (same) years$h else paste(years$year, years$h)
  both <- svydesign(id = ~person, strata = ~stratum, weights = ~base, data = years, nest = TRUE)
  both <- calibrate(both, reformulate(c("0", "group", setdiff(names(wanted), paste0("group", levels(years$group))))),
                    wanted, calfun = "raking", epsilon = 1e-12, maxit = 200)
  spoke <- update(subset(both, has_direct), lonely = as.numeric(direct <= 2))
  gone <- svyglm(lonely ~ year, spoke)  # the slope, as above
  id <- if (same) "panel change" else "independent change"
  put(id, "estimate", coef(gone)[[2]]); put(id, "se", SE(gone)[[2]])
}

write.csv(do.call(rbind, rows), file.path(out, "residents_r.csv"), row.names = FALSE, quote = FALSE)
columns <- c("stype", "sch.wide", "api00", "api.stu", "enroll", "pw", "fpc")
write.csv(apistrat[, columns], file.path(out, "residents_apistrat.csv"), row.names = FALSE, quote = FALSE)
write.csv(apiclus1[, c("dnum", columns)], file.path(out, "residents_apiclus1.csv"), row.names = FALSE, quote = FALSE)
cat(R.version.string, "survey", as.character(packageVersion("survey")), "\n")
