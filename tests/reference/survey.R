# Reference values for tests/test_stats.py and tests/survey/. R is not needed to run the tests.
#   Rscript tests/reference/survey.R   (from the project root; Debian: r-base-core, r-cran-survey)
# Writes survey_r.csv (one value a row) and survey_apistrat.csv (the data of R's survey package that S13 uses).
library(survey)
data(api)
out <- "tests/reference"
rows <- list()
put <- function(id, what, value) rows[[length(rows) + 1]] <<- data.frame(id = id, what = what, value = sprintf("%.12g", value))
limits <- function(id, ci) { put(id, "low", ci[1]); put(id, "high", ci[2]) }

for (kn in list(c(1, 25), c(18, 25), c(21, 25), c(7, 23), c(54, 97), c(24, 25), c(3, 5))) {
  id <- paste0(kn[1], "/", kn[2])
  limits(paste0("wilson ", id), prop.test(kn[1], kn[2], correct = FALSE)$conf.int)
  limits(paste0("clopper_pearson ", id), binom.test(kn[1], kn[2])$conf.int)
}
limits("wilson90 18/25", prop.test(18, 25, correct = FALSE, conf.level = 0.90)$conf.int)
for (k in c(0, 3, 54)) limits(paste0("poisson ", k), poisson.test(k)$conf.int)

ratio <- function(id, k1, e1, k0, e0) {
  r <- poisson.test(c(k1, k0), c(e1, e0))
  put(id, "estimate", r$estimate); limits(id, r$conf.int)
  q <- e1 / (e1 + e0); n <- k1 + k0
  put(id, "p_central", min(1, 2 * min(pbinom(k1, n, q), pbinom(k1 - 1, n, q, lower.tail = FALSE))))
}
ratio("rate_ratio 25:1 32:1", 25, 1, 32, 1)
ratio("rate_ratio 8:24 50:342", 8, 24, 50, 342)
ratio("rate_ratio 0:97 6:110", 0, 97, 6, 110)

fisher <- function(id, m) {
  f <- fisher.test(m)
  put(id, "p_minlike", f$p.value); put(id, "estimate", f$estimate); limits(id, f$conf.int)
}
fisher("fisher 3 1 1 3", matrix(c(3, 1, 1, 3), 2, byrow = TRUE))
fisher("fisher 12 5 3 5", matrix(c(12, 5, 3, 5), 2, byrow = TRUE))
fisher("fisher 0 8 6 11", matrix(c(0, 8, 6, 11), 2, byrow = TRUE))

tables <- list(
  "ffh 7x4" = c(0, 1, 1, 0,  2, 1, 0, 0,  1, 3, 1, 0,  3, 2, 2, 1,  1, 1, 2, 0,  0, 0, 1, 1,  0, 1, 0, 0),
  "ffh 2x5" = c(5, 3, 1, 6, 2,  1, 2, 4, 1, 0),
  "ffh 3x3" = c(10, 4, 7, 3, 9, 2, 1, 5, 11)
)
shape <- list("ffh 7x4" = 7, "ffh 2x5" = 2, "ffh 3x3" = 3)
for (name in names(tables)) {
  m <- matrix(tables[[name]], shape[[name]], byrow = TRUE)
  put(name, "p", fisher.test(m, workspace = 2e7)$p.value)
}
residuals <- chisq.test(matrix(c(12, 5, 3, 5), 2, byrow = TRUE), correct = FALSE)$stdres
put("adjusted_residuals 12 5 3 5", "first", residuals[1, 1])
holm <- p.adjust(c(0.012, 0.2, 0.003, 0.04, 0.04), "holm")
for (i in seq_along(holm)) put("holm", as.character(i), holm[i])

# The commissioners: 97 of 139 answered, 78 knew nobody, 15 one, 3 two, 1 four.
counts <- data.frame(y = rep(c(0, 1, 2, 4), c(78, 15, 3, 1)), N = 139)
srs <- svydesign(id = ~1, data = counts, fpc = ~N)
total <- svytotal(~y, srs)
put("city_total", "estimate", coef(total)); put("city_total", "se", SE(total))
limits("city_total", confint(total, df = degf(srs)))
# The same answers in five districts, some of which answered less.
counts$h <- rep(1:5, length.out = 97)
sizes <- c(40, 30, 28, 22, 19)
counts$Nh <- sizes[counts$h]
strat <- svydesign(id = ~1, strata = ~h, data = counts, fpc = ~Nh)
total <- svytotal(~y, strat)
put("stratified_total", "estimate", coef(total)); put("stratified_total", "se", SE(total))
limits("stratified_total", confint(total, df = degf(strat)))

design <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)
mean <- svymean(~api00, design)
put("apistrat", "estimate", coef(mean)); put("apistrat", "se", SE(mean))
limits("apistrat", confint(mean, df = degf(design)))

write.csv(do.call(rbind, rows), file.path(out, "survey_r.csv"), row.names = FALSE, quote = FALSE)
write.csv(apistrat[, c("stype", "api00", "fpc")], file.path(out, "survey_apistrat.csv"), row.names = FALSE, quote = FALSE)
cat(R.version.string, "survey", as.character(packageVersion("survey")), "\n")
