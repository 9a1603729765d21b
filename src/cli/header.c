// SPDX-License-Identifier: Apache-2.0
/* Files without a header where training had one: what their first row, taken for the names of the columns, looks like. It looks like
 * data when every column could have its name as a cell (a column of numbers has a number as its name), and a name is there that names
 * seldom are: one that is among its own column's cells, or a number that is not whole, or all are numbers, and not those by which
 * programs count columns.
 */
#include "cli/cli.h"
#include "data/recipe.h"
#include "data/table.h"
#include "format/number_form.h"
#include <math.h>
#include <string.h>

typedef struct evidence {
    const char *name[2]; /* of the first columns that tell */
    int columns;
} evidence;

static void tells(evidence *of, const char *name)
{
    if (of->columns < 2) of->name[of->columns] = name;
    of->columns++;
}

static bool is_missing(const char *name, int64_t column)
{
    char made[32];
    snprintf(made, sizeof made, "c%lld", (long long)column + 1); /* what a column without a name is called */
    return !strcmp(name, made) || !strcmp(name, "?") || !strcmp(name, "NA") || bmi_number_is_missing(name, strlen(name));
}

/* Whether a number is among the cells of a column. */
static bool is_cell(const bm_table *t, int64_t column, double value)
{
    int64_t row = 0;
    while (row < bm_table_rows(t) && bm_table_number(t, row, column) != value) row++;
    return row < bm_table_rows(t);
}

static bool look_at_number(const bm_table *t, int64_t k, evidence *of, int64_t *counting)
{
    const char *name = bm_table_column_name(t, k);
    double value;
    bool whole;
    int64_t integer;
    if (is_missing(name, k)) return true;
    if (!bmi_number_form_read(&t->columns[k].form, name, strlen(name), &value, &whole, &integer)) return false;
    *counting += value == (double)k || value == (double)k + 1;
    if (value != floor(value) || is_cell(t, k, value)) tells(of, name);
    return true;
}

static bool looks_like_data(const bm_table *t, evidence *of)
{
    const int64_t columns = bm_table_columns(t);
    int64_t counting = 0, numbers = 0;
    *of = (evidence){ .columns = 0 };
    for (int64_t k = 0; k < columns; k++) {
        const bm_column_type type = bm_table_column_type(t, k);
        const char *name = bm_table_column_name(t, k);
        if (type == BM_COLUMN_TEXT) {
            if (bmi_dictionary_find(&t->columns[k].dictionary, name, strlen(name)) >= 0) tells(of, name);
        } else if (type == BM_COLUMN_BOOL) {
            if (strspn(name, "truefalsTRUEFALS") != strlen(name)) return false;
            tells(of, name);
        } else {
            numbers++;
            if (!look_at_number(t, k, of, &counting)) return false;
        }
    }
    if (numbers == columns && !of->columns) tells(of, bm_table_column_name(t, 0));
    return of->columns && (!counting || counting < numbers);
}

const char *cli_header_hint(const cli *c, const bm_recipe *r, const bm_table *t)
{
    evidence of;
    const bool unnamed = bmi_recipe_is_unnamed(r);
    if (c->options.no_header)
        return unnamed ? ""
                       : "; with --no-header columns are called c1, c2 ..., and in training they had names: give it without";
    if (unnamed) return "; the columns had no names in training, and --header says that here they have: give it without";
    if (looks_like_data(t, &of))
        return "; its first row looks like data: it must be the names that the columns had in training (without names, "
               "train and predict with --no-header)";
    return "";
}

int cli_fail_recipe(cli *c, const bm_recipe *r, const bm_table *t, const bmi_error *e)
{
    return cli_fail(c, CLI_FAILED, "%s%s", e->text, e->cause == BMI_CAUSE_NO_COLUMN ? cli_header_hint(c, r, t) : "");
}
