// SPDX-License-Identifier: Apache-2.0
/* What all tests share: cmocka with its needed headers, comparisons with a message, and where data lies. */
#ifndef BMT_H
#define BMT_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "base/status.h"

/* |got - want| <= relative * |want| + absolute-part of `tolerance` (tolerance * max(1, |want|)); else fails naming `what`. */
void bmt_near(const char *what, double got, double want, double tolerance);
/* Fails, naming what, unless text contains part. */
void bmt_contains(const char *what, const char *text, const char *part);
/* The path of a shared data file: under BAEUM_DATA, else ../shared/data from the source folder. Null when it is absent: then
 * call bmt_skip(path) and return. The string is static, overwritten by the next call. */
const char *bmt_data(const char *name);
/* Skips the running test and says why ("skipped: no mnist"). */
void bmt_skip(const char *what);
#endif
