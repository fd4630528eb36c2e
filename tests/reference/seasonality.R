# Numbers that tests/seasonality holds its own against. Run with: Rscript seasonality.R > seasonality_r.csv; it also writes seasonality_data.csv
# Needs the packages circular (0.4-95) and survey (4.1), both in Debian as r-cran-circular and r-cran-survey.
suppressMessages({library(circular); library(survey)})
out <- function(case, name, value) cat(sprintf("%s,%s,%.10g\n", case, name, value))
cat("case,name,value\n")

# fisherB1: arrival times at an intensive care unit (Fisher 1993, B.1; Cox & Lewis 1966), hours with minutes as hh.mm
x <- as.numeric(fisherB1)
hours <- floor(x) + (x - floor(x)) * 100 / 60
angle <- circular(hours * pi / 12, units = "radians")
out("fisherB1", "n", length(hours))
out("fisherB1", "mean_hour", (as.numeric(mean(angle)) %% (2 * pi)) * 12 / pi)
out("fisherB1", "resultant", rho.circular(angle))

# fisherB7: 100 ants' directions (degrees); circular mean as R prints it
a <- circular(as.numeric(fisherB7) * pi / 180)
out("fisherB7", "mean_hour", (as.numeric(mean(a)) %% (2 * pi)) * 12 / pi)
out("fisherB7", "resultant", rho.circular(a))

# UKDriverDeaths: monthly totals, seasonal Poisson regression with month length as exposure
y <- as.numeric(datasets::UKDriverDeaths); n <- length(y)
year <- floor(time(datasets::UKDriverDeaths) + 1e-9); month <- cycle(datasets::UKDriverDeaths)
days <- as.numeric(as.Date(sprintf("%d-%02d-01", year + (month == 12), month %% 12 + 1)) - as.Date(sprintf("%d-%02d-01", year, month)))
t <- (seq_len(n) - 0.5) / 12
seasonal <- glm(y ~ cos(2 * pi * t) + sin(2 * pi * t) + t, family = quasipoisson, offset = log(days))
for (i in 1:4) { out("driver_deaths", paste0("coef", i), coef(seasonal)[i]); out("driver_deaths", paste0("se", i), sqrt(vcov(seasonal)[i, i])) }
out("driver_deaths", "dispersion", summary(seasonal)$dispersion)

# discoveries: decades against each other; with equal exposures the scaled F test is the analysis of variance
weekly <- as.numeric(datasets::discoveries); g <- factor(rep(1:10, each = 10))
f <- summary(aov(weekly ~ g))[[1]]
out("discoveries", "F", f[1, "F value"]); out("discoveries", "p", f[1, "Pr(>F)"])

# warpbreaks: quasi-Poisson coefficients and dispersion
w <- glm(breaks ~ wool + tension, data = datasets::warpbreaks, family = quasipoisson)
for (i in 1:4) { out("warpbreaks", paste0("coef", i), coef(w)[i]); out("warpbreaks", paste0("se", i), sqrt(vcov(w)[i, i])) }

# apiclus1: clustered share and its design effect, clusters are school districts
data(api)
d <- svydesign(id = ~dnum, data = apiclus1, weights = ~1)
m <- svymean(~I(sch.wide == "Yes"), d)
se <- SE(m)[2]; p <- coef(m)[2]
out("apiclus1", "share", p); out("apiclus1", "se", se)
out("apiclus1", "design_effect", se^2 / (p * (1 - p) / nrow(apiclus1)))

# The data behind these numbers, one long table: case, variable, value
long <- function(case, variable, value) data.frame(case = case, variable = variable, value = as.character(value))
data <- rbind(
  long("fisherB1", "hour", round(hours, 6)), long("fisherB7", "hour", as.numeric(fisherB7) / 15),
  long("driver_deaths", "n", y), long("discoveries", "n", weekly),
  long("warpbreaks", "breaks", warpbreaks$breaks), long("warpbreaks", "wool", warpbreaks$wool),
  long("warpbreaks", "tension", warpbreaks$tension),
  long("apiclus1", "client_id", apiclus1$dnum), long("apiclus1", "answer", apiclus1$sch.wide))
write.csv(data, "seasonality_data.csv", row.names = FALSE, quote = FALSE)
