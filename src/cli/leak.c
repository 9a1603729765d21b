// SPDX-License-Identifier: Apache-2.0
/* Columns that give the target away (data/leak.h), as warnings with what to leave out. */
#include "data/leak.h"
#include "cli/train.h"

typedef struct warning {
    cli *c;
    const char *target;
} warning;

static bool warn(void *user, const bmi_leak *leak)
{
    const warning *w = user;
    const int drops = leak->kind == BMI_LEAK_TOGETHER ? leak->n : 1; /* without one of two there is no quotient */
    char text[500], list[900] = "", quoted[300];
    for (int i = 0; i < drops; i++)
        cli_append(list, sizeof list, "%s%s", i ? "," : "", cli_list_name(quoted, sizeof quoted, leak->columns[i]));
    cli_warn(w->c, "%s   --drop %s", bmi_leak_text(leak, w->target, text), list);
    return true;
}

void cli_warn_leak(cli *c, const bm_table *t, const bm_recipe *recipe)
{
    bmi_error e = { 0 };
    bmi_leaks_find(&e, BM_HERE, recipe, t, (bm_rows){ 0 }, warn, &(warning){ c, bm_recipe_target(recipe) });
}
