// SPDX-License-Identifier: Apache-2.0
/* Pages of the documentation: their blocks of code, and whether a program prints what stands there. */
#ifndef BMT_PAGE_H
#define BMT_PAGE_H
#include "support/bmt_command.h"

enum { BMT_BLOCK = 1 << 16 };

/* A page of the project, "docs/tables.md"; released by free. */
char *bmt_page(const char *name);
/* Copies the n-th fenced block (from 0) whose fence says `language` into `into`; false when there is none. */
bool bmt_block(const char *page, const char *language, int n, char into[BMT_BLOCK]);
/* Fails unless a text says what a page shows, line by line: words alike, numbers within 5 % (or .05), times and widths of columns anything;
 * a line "..." stands for lines that are left out. */
void bmt_shows(const char *what, const char *got, const char *want);
#endif
