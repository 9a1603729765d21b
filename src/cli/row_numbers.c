// SPDX-License-Identifier: Apache-2.0
/* Whole numbers that only say which row it is. Learned from like a measure they mean nothing for new rows, or worse: they know the order
 * in which rows were written down. Texts that all differ are dropped by the recipe; numbers may be real ones, so they are only told.
 */
#include "cli/train.h"
#include "data/recipe.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    LEAST_ROWS = 50,
    LONG = 500 /* rows from which numbers without a gap are no years, ages or ranks, wherever they begin */
};

/* Lowest and highest of a column of whole numbers without missing cells; false when it is another. */
static bool range_of(const bm_table *t, int64_t column, int64_t *low, int64_t *high)
{
    if (bm_table_column_type(t, column) != BM_COLUMN_INTEGER || bm_table_missing(t, column)) return false;
    *low = INT64_MAX;
    *high = INT64_MIN;
    for (int64_t i = 0; i < bm_table_rows(t); i++) {
        const int64_t value = bm_table_integer(t, i, column);
        if (value < *low) *low = value;
        if (value > *high) *high = value;
    }
    return true;
}

/* Whether numbers that lie `rows` wide occur once each, in whatever order. */
static bool is_gapless(const bm_table *t, int64_t column, int64_t low)
{
    const int64_t rows = bm_table_rows(t);
    bool *there = calloc((size_t)rows, sizeof *there);
    bool once = there;
    for (int64_t i = 0; once && i < rows; i++) {
        bool *this = &there[bm_table_integer(t, i, column) - low];
        once = !*this;
        *this = true;
    }
    free(there);
    return once;
}

/* "id", "PassengerId", "customer_id", "ID.1", "rownames", "Unnamed: 0": names that people and programs give to row names. */
static bool is_named_so(const char *name)
{
    static const char *const words[] = { "id",         "ids",       "uid",      "guid",          "index",
                                         "idx",        "rowname",   "rownames", "rownum",        "rowid",
                                         "unnamed",    "userid",    "orderid",  "clientid",      "patientid",
                                         "productid",  "itemid",    "recordid", "transactionid", "caseid",
                                         "customerid", "accountid", "studentid" };
    char word[16];
    size_t n = 0;
    for (const char *at = name;; at++) {
        const unsigned char byte = *(const unsigned char *)at, before = at > name ? *(const unsigned char *)(at - 1) : 0;
        const bool begins = !isalpha(byte) || (isupper(byte) && islower(before));
        if (begins && n) {
            word[n] = 0;
            for (size_t i = 0; i < sizeof words / sizeof *words; i++)
                if (!strcmp(word, words[i])) return true;
            n = 0;
        }
        if (!byte) return false;
        if (isalpha(byte) && n < sizeof word - 1) word[n++] = (char)tolower(byte);
    }
}

static bool is_row_number(const bm_table *t, int64_t column, int64_t *low, int64_t *high)
{
    const int64_t rows = bm_table_rows(t);
    if (!range_of(t, column, low, high)) return false;
    if ((uint64_t)*high - (uint64_t)*low == (uint64_t)rows - 1 && is_gapless(t, column, *low))
        return *low == 0 || *low == 1 || rows >= LONG || is_named_so(bm_table_column_name(t, column));
    return is_named_so(bm_table_column_name(t, column)) && bm_table_summary(t, column).distinct == rows;
}

void cli_warn_row_numbers(cli *c, const bm_table *t, const bm_recipe *recipe)
{
    if (bm_table_rows(t) < LEAST_ROWS || recipe->n_inputs < 2) return; /* one column alone is what is to be learned from */
    for (size_t i = 0; i < recipe->n_inputs; i++) {
        const char *name = recipe->inputs[i].name;
        int64_t low, high;
        char quoted[300];
        if (recipe->inputs[i].text || !is_row_number(t, bm_table_find(t, name), &low, &high)) continue;
        cli_warn(c,
                 "%s looks like a number of the row (%" PRId64 " to %" PRId64
                 ", all different), but is learned from as a measure: does it mean more?   --drop %s",
                 name, low, high, cli_list_name(quoted, sizeof quoted, name));
    }
}
