# The same counts as episodes_bare.py, with R's data.table: what a good user of data.table would write.
#
#   apt-get install r-base-core r-cran-data.table
#   python benchmarks/episodes_csv.py FOLDER CSV            # Debian has no reader of Parquet for R
#   OMP_WAIT_POLICY=passive Rscript benchmarks/episodes_datatable.R CSV OUT [THREADS]
#
# Without that setting threads wait for each other in a busy loop: five times slower where other programs run too.
# Reads CSV, since neither arrow nor nanoparquet is in Debian 12: `fread` takes longer than Parquet would, and writing
# the CSV is not counted. For the same reason what it writes into OUT is CSV. Each file is read once. It takes the files
# to be clean and leans on the same as episodes_bare.py, but knows people by their identifiers. Prints a line of JSON.

suppressPackageStartupMessages(library(data.table))

MONTHS <- c("apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "jan", "feb", "mar")
DAYS <- paste0(MONTHS, "_beddays")
COSTS <- paste0(MONTHS, "_cost")
HOSPITAL <- c("01B", "GLS", "02B", "04B")
# Kinds of record in the order of their text, with the service of those that have one.
KINDS <- c("00B" = "HOSP.OP.NEW", "01B" = NA, "02B" = "HOSP.MAT", "04B" = "HOSP.MH", "AE2" = "HOSP.AE", "AT" = NA,
           "CH" = "SC.CH.LONG", "CMH" = "COMM.CMH", "DD" = "FLOW.DD", "DN" = "COMM.DN", "GLS" = "HOSP.GLS", "HC" = NA,
           "HL1" = "HOUS.HL", "NRS" = "EVT.DEATH", "OoH" = NA, "PIS" = "PC.PRESC", "SDS" = NA)
TYPES <- c("AT-Alarm" = "SC.AT.ALARM", "AT-Tele" = "SC.AT.TELE", "HC-Per" = "SC.HC.PERS", "HC-Non-Per" = "SC.HC.NPERS",
           "HC-Unknown" = "SC.HC.OTHER", "SDS-1" = "SC.SDS.1", "SDS-2" = "SC.SDS.2", "SDS-3" = "SC.SDS.3",
           "SDS-4" = "SC.SDS.4", "OOH-HomeV" = "PC.OOH.HOMEV", "OOH-Advice" = "PC.OOH.ADVICE", "OOH-DN" = "PC.OOH.DN",
           "OOH-NHS24" = "PC.OOH.NHS24", "OOH-PCC" = "PC.OOH.PCC", "OOH-Other" = "PC.OOH.OTHER",
           "OOH-C19Ass" = "PC.OOH.COVID", "OOH-C19Adv" = "PC.OOH.COVID", "OOH-C19Oth" = "PC.OOH.COVID")
SECTORS <- c("1" = "la_nhs", "2" = "private", "3" = "other_la", "4" = "third", "5" = "other")
BANDS <- c("0-17", "18-44", "45-64", "65-74", "75-84", "85+", "unknown")
SEXES <- c("unknown", "male", "female")
BY <- c("block_code", "sex", "age_band")
OPEN <- 65535L
CODES <- c("smrtype", "anon_chi", "datazone2011", "location", "ipdc", "cij_admtype", "tadm", paste0("diag", 1:6),
           "ae_disdest", "primary_delay_reason", "secondary_delay_reason", "ch_provider", "hc_provider")
DATES <- c("record_keydate1", "record_keydate2", "cij_start_date")

# Month and year of each day, looked up: dates are few.
DAYS_ON <- seq(as.Date("1900-01-01"), as.Date("2099-12-31"), by = "day")
MONTH_OF <- as.integer(format(DAYS_ON, "%m"))
YEAR_OF <- as.integer(format(DAYS_ON, "%Y"))
BEFORE_1970 <- as.integer(as.Date("1970-01-01") - as.Date("1900-01-01"))
month_of <- function(days) MONTH_OF[as.integer(days) + BEFORE_1970 + 1L]
year_of <- function(days) YEAR_OF[as.integer(days) + BEFORE_1970 + 1L]

# Keys are factors: grouping by whole numbers is several times quicker than by texts.
coded <- function(text) {
  known <- unique(text)
  structure(chmatch(text, known), levels = known, class = "factor")
}
URGENCIES <- c("emergency", "planned")
urgency_of <- function(emergency) structure(2L - as.integer(emergency), levels = URGENCIES, class = "factor")

read <- function(path, recid) {
  names <- names(fread(path, nrows = 0L))
  of <- function(wanted) intersect(names, wanted)
  types <- list(character = of(CODES), IDate = of(DATES))
  rows <- fread(path, showProgress = FALSE, na.strings = "", colClasses = types)
  # An empty column is read as logical; numbers that are whole come as integers, whose sums could be too large.
  numbers <- of(c("cost_total_net", DAYS, COSTS, "yearstay", "no_paid_items", "total_no_dn_contacts",
                  paste0("hc_hours_q", 1:4), paste0("hc_cost_q", 1:4)))
  for (name in numbers) {
    value <- as.double(rows[[name]])
    set(rows, j = name, value = if (grepl("cost", name)) round(value * 100) else value)
  }
  age <- rows$age
  rows[, `:=`(
    block_code = coded(fifelse(datazone2011 %chin% c(NA, ""), "not_placed", datazone2011)),
    sex = structure(fifelse(gender == 1L, 2L, fifelse(gender == 2L, 3L, 1L)), levels = SEXES, class = "factor"),
    age_band = structure(fifelse(is.na(age), 7L, findInterval(age, c(18L, 45L, 65L, 75L, 85L)) + 1L),
                         levels = BANDS, class = "factor")
  )]
  if (recid %in% HOSPITAL) {
    dental <- c("T113H", "S206H", "G106H")
    rows[, emergency := cij_pattype_code %in% 0L | cij_admtype %chin% "18"]
    rows[, in_stay := smrtype %chin% c("Acute-IP", "GLS-IP", "Psych-IP") & !location %chin% dental]
  }
  if (recid == "01B") {
    rows[, service_code := fifelse(!is.na(ipdc) & ipdc == "D", "HOSP.ACU.DC",
                                   fifelse(emergency, "HOSP.ACU.EM", "HOSP.ACU.EL"))]
  } else if (!is.na(KINDS[[recid]])) {
    rows[, service_code := KINDS[[recid]]]
  } else {
    known <- unique(rows$smrtype)
    rows[, service_code := TYPES[known][chmatch(smrtype, known)]]
    if (recid == "HC") rows[!is.na(hc_reablement) & hc_reablement == 1L, service_code := "SC.HC.REABL"]
  }
  if (recid == "DD") {
    code_9 <- !is.na(rows$primary_delay_reason) & rows$primary_delay_reason == "9"
    rows[, reason := fifelse(code_9, secondary_delay_reason, primary_delay_reason)]
    rows[, delay_group := fifelse(code_9, fifelse(reason %chin% "51X", "code_9_awi", "code_9_other"), fifelse(
      reason %chin% c("61", "67", "51", "52", "71", "72", "73", "74"), "patient_family", "health_social_care"))]
    rows[, delayed := !is.na(age) & age >= 18L & record_keydate1 != record_keydate2 & !reason %chin% "100"]
  }
  texts <- intersect(c("service_code", "delay_group"), names(rows))
  rows[, (texts) := lapply(.SD, coded), .SDcols = texts][]
}

dated <- function(cells, year) {
  days <- as.IDate(sprintf("%d-%02d-01", year + (1:12 < 4), 1:12))
  cells[, period := days[month]][, month := NULL][]
}
on <- function(cells, day) cells[, period := as.IDate(day)][]
added <- function(rows, keys, sums) rows[, lapply(.SD, sum), by = keys, .SDcols = sums]
save <- function(cells, out, part, name) fwrite(cells, file.path(out, part, paste0(name, ".csv")))

# A row for each of the twelve months in which there is anything.
twelve <- function(rows, keys, ended, cost = TRUE) {
  rbindlist(lapply(1:12, function(place) {
    number <- (place + 2L) %% 12L + 1L
    days <- rows[[DAYS[place]]]
    pence <- if (cost) rows[[COSTS[place]]] else numeric(length(days))
    one <- !is.na(ended) & ended == number
    there <- which(days != 0 | pence != 0 | one)
    rows[there, keys, with = FALSE][, `:=`(month = number, n = as.integer(one[there]), bed_days = days[there],
                                           cost_net = pence[there])]
  }))
}

hospital <- function(rows, recid, year, out) {
  keys <- c("service_code", BY, "urgency", "in_stay")
  rows[, urgency := urgency_of(emergency)]
  ended <- month_of(rows$record_keydate2)
  one_month <- !is.na(ended) & month_of(rows$record_keydate1) == ended &
    year_of(rows$record_keydate1) == year_of(rows$record_keydate2)
  within <- rows[one_month, c(keys, "yearstay", "cost_total_net"), with = FALSE]
  setnames(within, c("yearstay", "cost_total_net"), c("bed_days", "cost_net"))
  within[, `:=`(month = ended[one_month], n = 1L)]
  longer <- twelve(rows[!one_month], keys, ended[!one_month])
  every <- rbindlist(list(within, longer), use.names = TRUE)
  sums <- added(every, c(keys, "month"), c("n", "bed_days", "cost_net"))
  cells <- added(sums, c("service_code", BY, "urgency", "month"), c("n", "bed_days", "cost_net"))
  setnames(cells, "n", "n_episodes")
  save(dated(cells, year), out, "cells", paste0(year, "-", recid))
  if (recid == "01B") {
    admitted <- rows$ipdc %chin% "I" & rows$tadm %chin% c("33", "34", "35") & rows$gender %in% 1:2
    some <- rows[admitted]
    fallen <- Reduce(`|`, lapply(paste0("diag", 1:6), function(name) {
      codes <- unique(some[[name]])
      some[[name]] %chin% codes[!is.na(codes) & substr(codes, 1, 3) >= "W00" & substr(codes, 1, 3) <= "W19"]
    }))
    falls <- some[fallen][, month := month_of(record_keydate2)][, .(n_admit = .N), by = c(BY, "month")]
    falls[, `:=`(service_code = "HOSP.ACU.FALL", urgency = "emergency")]
    save(dated(falls, year), out, "cells", paste0(year, "-01B_falls"))
  }
  sums[in_stay & urgency == "emergency"]
}

care_homes <- function(rows, year, out) {
  first <- as.IDate(sprintf("%d-04-01", year))
  last <- as.IDate(sprintf("%d-03-31", year + 1L))
  rows[, provider_sector := coded(fcoalesce(SECTORS[ch_provider], "unknown"))]
  keys <- c("service_code", BY, "provider_sector")
  start <- rows$record_keydate1
  admitted <- fifelse(start >= first & start <= last, month_of(start), 0L)
  cells <- added(twelve(rows, keys, admitted), c(keys, "month"), c("n", "bed_days", "cost_net"))
  setnames(cells, "n", "n_admit")
  save(dated(cells, year), out, "cells", paste0(year, "-CH"))
  there <- rows[is.na(record_keydate2) | record_keydate2 > last, .(n_residents = .N), by = keys]
  save(on(there, last), out, "cells", paste0(year, "-CH_residents"))
}

home_care <- function(rows, year, out) {
  rows[, provider_sector := coded(fcoalesce(SECTORS[hc_provider], "unknown"))]
  keys <- c("service_code", BY, "provider_sector")
  each <- rbindlist(lapply(1:4, function(n) {
    hours <- rows[[paste0("hc_hours_q", n)]]
    pence <- rows[[paste0("hc_cost_q", n)]]
    there <- which(hours != 0 | pence != 0)
    month <- c(4L, 7L, 10L, 1L)[n]
    rows[there, keys, with = FALSE][, `:=`(month = month, hours = hours[there], cost_net = pence[there])]
  }))
  save(dated(added(each, c(keys, "month"), c("hours", "cost_net")), year), out, "cells", paste0(year, "-HC"))
}

delays <- function(rows, year, out) {
  rows <- rows[delayed == TRUE]
  keys <- c("service_code", BY, "delay_group")
  save(on(rows[, .(n_delays = .N), by = keys], sprintf("%d-04-01", year)), out, "cells", paste0(year, "-DD"))
  months <- twelve(rows, keys, rep(NA_integer_, nrow(rows)), cost = FALSE)
  save(dated(added(months, c(keys, "month"), "bed_days"), year), out, "cells", paste0(year, "-DD_days"))
}

others <- function(rows, recid, year, out) {
  keys <- c("service_code", BY)
  first <- as.IDate(sprintf("%d-04-01", year))
  last <- as.IDate(sprintf("%d-03-31", year + 1L))
  if (recid == "HL1") rows <- rows[smrtype == "HL1-Main" & record_keydate1 >= first & record_keydate1 <= last]
  if (recid %in% c("PIS", "AT", "SDS")) {
    cells <- if (recid == "PIS") {
      rows[, .(n_items = sum(no_paid_items), cost_net = sum(cost_total_net)), by = keys]
    } else {
      rows[, .(n_packages = .N), by = keys]
    }
    return(save(on(cells, first), out, "cells", paste0(year, "-", recid)))
  }
  rows[, month := month_of(record_keydate1)]
  keys <- c(keys, "month")
  cells <- switch(recid,
    "00B" = added(rows[, `:=`(n_attend = as.integer(attendance_status %in% 1L), cost_net = cost_total_net,
                              n_dna = as.integer(attendance_status %in% c(5L, 8L)))],
                  keys, c("n_attend", "n_dna", "cost_net")),
    AE2 = added(rows[, `:=`(n_attend = 1L, n_admit = as.integer(startsWith(fcoalesce(ae_disdest, ""), "04")),
                            cost_net = cost_total_net)],
                keys, c("n_attend", "n_admit", "cost_net")),
    OoH = rows[, .(n_contact = .N, cost_net = sum(cost_total_net)), by = keys],
    DN = rows[, .(n_contact = sum(total_no_dn_contacts), cost_net = sum(cost_total_net)), by = keys],
    CMH = rows[, .(n_contact = .N), by = keys],
    NRS = rows[, .(n = .N), by = keys],
    HL1 = rows[, .(n_applic = .N), by = keys]
  )
  save(dated(cells, year), out, "cells", paste0(year, "-", recid))
}

# Rows of people: which service somebody used (NA for none), and a number for the order of rows.
used_by <- function(rows, recid) {
  known <- sort(unique(rows$smrtype), method = "radix")
  end <- fcoalesce(as.integer(rows$record_keydate2), OPEN)
  told <- data.table(
    anon_chi = rows$anon_chi, block_code = rows$block_code, sex = rows$sex, age_band = rows$age_band,
    service_code = rows$service_code,
    latest = (end * 512 + match(recid, names(KINDS)) * 16 + chmatch(rows$smrtype, known)) * 2^20 +
      fcoalesce(suppressWarnings(as.integer(substr(rows$datazone2011, 4, 9))), 0L),
    in_stay = if (recid %in% c("01B", "04B", "GLS")) rows$in_stay & rows$emergency else FALSE
  )
  if (recid == "NRS") told[, service_code := NA]
  if (recid == "00B") told[!rows$attendance_status %in% 1L, service_code := NA]
  if (recid == "DD") told[!rows$delayed, service_code := NA]
  told[!is.na(anon_chi)]
}

FAMILIES <- c("HOSP.ACU", "PC.OOH", "SC.HC", "SC.AT", "SC.SDS", "SC")
people <- function(parts, year, out) {
  rows <- rbindlist(parts)
  rows[, person := chmatch(anon_chi, unique(anon_chi))]
  rows[, anon_chi := NULL]
  setorder(rows, latest)
  who <- unique(rows, by = "person", fromLast = TRUE)[, c("person", BY), with = FALSE]
  pairs <- unique(rows[!is.na(service_code), .(person, service = service_code)])
  leaves <- levels(pairs$service)
  in_stay <- unique(rows[in_stay == TRUE, .(person)])[, service := factor("HOSP.EM.ALL")]
  one_of <- function(chosen, name) unique(pairs[chosen[as.integer(service)], .(person)])[, service := factor(name)]
  families <- lapply(FAMILIES, function(name) one_of(startsWith(leaves, paste0(name, ".")), name))
  stays <- one_of(startsWith(leaves, "HOSP.") & !leaves %chin% c("HOSP.AE", "HOSP.OP.NEW"), "HOSP")
  everyone <- one_of(rep(TRUE, length(leaves)), "ALL")
  every <- rbindlist(c(list(pairs, in_stay, stays, everyone), families))
  cells <- who[every, on = "person"][, .(n_people = .N), by = c("service", BY)]
  setnames(cells, "service", "service_code")
  save(on(cells, sprintf("%d-04-01", year)), out, "people", year)
}

STAYS <- c("HOSP.EM.ALL", "HOSP.ACU", "HOSP.ACU.DC", "HOSP.GLS", "HOSP.MAT", "HOSP.MH")
of_stays <- function(rows, recid) {
  told <- rows[, .(anon_chi, cij_marker, start = cij_start_date, end = fcoalesce(as.integer(record_keydate2), OPEN),
                   begun = as.integer(record_keydate1), recid = recid, location = fcoalesce(location, ""), block_code,
                   sex, age_band, emergency = as.integer(emergency), HOSP.EM.ALL = as.integer(in_stay),
                   HOSP.ACU = as.integer(recid == "01B" & ipdc %chin% "I"),
                   HOSP.ACU.DC = as.integer(recid == "01B" & ipdc %chin% "D"), HOSP.GLS = as.integer(recid == "GLS"),
                   HOSP.MAT = as.integer(recid == "02B"), HOSP.MH = as.integer(recid == "04B"))]
  told[!is.na(anon_chi) & !is.na(cij_marker)]
}

stays <- function(parts, years, out) {
  rows <- rbindlist(parts)
  setorder(rows, end, begun, recid, location)
  rows[, person := chmatch(anon_chi, unique(anon_chi))][, anon_chi := NULL]
  of <- c("person", "cij_marker")
  found <- rows[, lapply(.SD, max), by = of, .SDcols = c("emergency", STAYS)]
  least <- rows[, lapply(.SD, min), by = of, .SDcols = c("emergency", "start")]
  if (any(least$emergency != found$emergency)) stop("a stay is an emergency in one row and not in another")
  found[, start := least$start]
  found[unique(rows, by = of, fromLast = TRUE), (BY) := mget(paste0("i.", BY)), on = of]
  first <- as.IDate(sprintf("%d-04-01", min(years)))
  last <- as.IDate(sprintf("%d-03-31", max(years) + 1L))
  found <- found[start >= first & start <= last]
  found[, month := year_of(start) * 12L + month_of(start) - 1L]
  for (service in STAYS) {
    chosen <- found[found[[service]] == 1L]
    if (service == "HOSP.EM.ALL") chosen <- chosen[emergency == 1L]
    if (service == "HOSP.ACU.DC") chosen <- chosen[HOSP.ACU == 0L] # no inpatient row besides
    cells <- chosen[, .(n_stays = .N), by = c(BY, "month", "emergency")]
    known <- min(cells$month):max(cells$month)
    first_days <- as.IDate(sprintf("%d-%02d-01", known %/% 12L, known %% 12L + 1L))
    cells[, `:=`(urgency = urgency_of(emergency), service_code = service,
                 period = first_days[month - min(month) + 1L])]
    if (service == "HOSP.ACU") cells[, service_code := fifelse(emergency == 1L, "HOSP.ACU.EM", "HOSP.ACU.EL")]
    save(cells[, !c("month", "emergency")], out, "stays", service)
  }
}

count <- function(folder, out) {
  unlink(out, recursive = TRUE)
  for (part in c("cells", "stays", "people")) dir.create(file.path(out, part), recursive = TRUE)
  paths <- sort(Sys.glob(file.path(folder, "source-episode-file-*.csv")))
  files <- data.table(path = paths, recid = sub(".*-(\\w+)\\.csv$", "\\1", paths),
                      year = 2000L + as.integer(sub(".*-file-(\\d\\d)\\d\\d-.*", "\\1", paths)))
  in_hospital <- list()
  for (one in sort(unique(files$year))) {
    used <- list()
    emergencies <- list()
    own <- files[year == one]
    for (place in seq_len(nrow(own))) {
      recid <- own$recid[place]
      rows <- read(own$path[place], recid)
      used[[recid]] <- used_by(rows, recid)
      if (recid %in% HOSPITAL) {
        in_hospital[[paste(one, recid)]] <- of_stays(rows, recid)
        emergencies[[recid]] <- hospital(rows, recid, one, out)
      } else if (recid == "CH") {
        care_homes(rows, one, out)
      } else if (recid == "HC") {
        home_care(rows, one, out)
      } else if (recid == "DD") {
        delays(rows, one, out)
      } else {
        others(rows, recid, one, out)
      }
      rm(rows)
    }
    cells <- added(rbindlist(emergencies), c(BY, "month"), c("bed_days", "cost_net"))[bed_days != 0 | cost_net != 0]
    cells[, `:=`(service_code = "HOSP.EM.ALL", urgency = "emergency")]
    save(dated(cells, one), out, "cells", paste0(one, "-stays"))
    people(used, one, out)
  }
  stays(in_hospital, unique(files$year), out)
}

# What is the same whoever counted. Sums of all services leave out the one that overlaps.
totals <- function(out) {
  rows <- 0
  told <- rbindlist(lapply(Sys.glob(file.path(out, "cells", "*.csv")), function(path) {
    cells <- fread(path, showProgress = FALSE, integer64 = "double")
    rows <<- rows + nrow(cells)
    measures <- grep("^n_|^n$|^bed_days$|^hours$|^cost_net$", names(cells), value = TRUE)
    sums <- cells[, lapply(.SD, function(value) sum(as.double(value))), by = service_code, .SDcols = measures]
    melt(sums, id.vars = "service_code", variable.factor = FALSE)
  }))[, .(value = round(sum(value), 2)), by = .(service_code, variable)]
  by_service <- function(part, measure) {
    cells <- rbindlist(lapply(Sys.glob(file.path(out, part, "*.csv")), fread, showProgress = FALSE), use.names = TRUE)
    cells[, .(n = sum(get(measure))), keyby = service_code]
  }
  number <- function(value) format(value, scientific = FALSE, trim = TRUE, digits = 15)
  object <- function(names, values) paste0("{", paste(sprintf('"%s": %s', names, values), collapse = ", "), "}")
  over_all <- function(name) number(round(sum(told[variable == name & service_code != "HOSP.EM.ALL"]$value), 2))
  n_stays <- by_service("stays", "n_stays")
  n_people <- by_service("people", "n_people")
  each <- told[order(service_code), .(told = object(variable, vapply(value, number, ""))), by = service_code]
  list(rows = number(rows), total = object(
    c("bed_days", "cost_pence", "hours", "n_stays", "n_people", "measures", "stays", "people"),
    c(over_all("bed_days"), over_all("cost_net"), over_all("hours"), number(sum(n_stays$n)), number(sum(n_people$n)),
      object(each$service_code, each$told), object(n_stays$service_code, vapply(n_stays$n, number, "")),
      object(n_people$service_code, vapply(n_people$n, number, "")))
  ))
}

arguments <- commandArgs(trailingOnly = TRUE)
if (!length(arguments) %in% 2:3) stop("Rscript benchmarks/episodes_datatable.R CSV OUT [THREADS]")
setDTthreads(if (length(arguments) == 3) as.integer(arguments[3]) else 2L)
begun <- proc.time()[["elapsed"]]
count(arguments[1], arguments[2])
seconds <- proc.time()[["elapsed"]] - begun
peak <- as.numeric(gsub("\\D", "", grep("^VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
told <- totals(arguments[2])
cat(sprintf('{"seconds": %.3f, "peak_mib": %.1f, "cells": %s, "total": %s}\n', seconds, peak, told$rows, told$total))
