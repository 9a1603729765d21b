// SPDX-License-Identifier: Apache-2.0
/* --step of baeum train: "age,parity=polynomial:3", "min_max": columns, a kind of step, its setting. The kind stands behind the last '='
 * that a kind follows, so that names of columns and settings may have that sign, too.
 */
#include "cli/train.h"
#include "data/step.h"
#include <stdlib.h>
#include <string.h>

typedef struct step {
    char *text;                 /* a copy, cut where the parts end; released by free */
    const char *columns, *with; /* or null */
    char kind[32];
} step;

/* The kind that a text begins with, before ':' or its end. */
static bool kind_at(const char *text, char kind[32])
{
    const size_t n = strcspn(text, ":");
    if (n >= 32) return false;
    memcpy(kind, text, n);
    kind[n] = 0;
    return bmi_kind_find("step", kind) != NULL;
}

static int read_step(cli *c, const char *given, step *s)
{
    char *at = s->text = strdup(given);
    s->columns = s->with = NULL;
    if (!at) return cli_fail(c, CLI_FAILED, "out of memory");
    if (!kind_at(at, s->kind)) {
        char *kind = NULL;
        for (char *sign = strchr(at, '='); sign; sign = strchr(sign + 1, '='))
            if (kind_at(sign + 1, s->kind)) kind = sign + 1;
        if (!kind) {
            const char *word = strchr(at, '=') ? strchr(at, '=') + 1 : at;
            char name[64];
            snprintf(name, sizeof name, "%.*s", (int)strcspn(word, ":"), word);
            const char *near = bmi_kind_nearest("step", name);
            return cli_fail(c, CLI_USAGE, "--step: \"%s\" is no step%s%s%s; baeum help steps lists them", name,
                            near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
        }
        kind[-1] = 0;
        s->columns = at;
        at = kind;
        kind_at(at, s->kind);
    }
    if (at[strlen(s->kind)]) s->with = at + strlen(s->kind) + 1;
    return 0;
}

int cli_steps_check(cli *c)
{
    int status = 0;
    for (int i = 0; !status && i < c->options.n_step; i++) {
        static const bm_name any = "any";
        step s;
        bm_recipe *r = bm_recipe_new();
        status = read_step(c, c->options.step[i], &s);
        if (!status && bm_recipe_step_at(r, s.kind, (bm_names){ &any, s.columns != NULL }, s.with, BM_HERE))
            status = cli_fail(c, bm_status_of(r) == BM_E_MEMORY ? CLI_FAILED : CLI_USAGE, "--step %s: %s", c->options.step[i],
                              bm_error(r));
        bm_free(r);
        free(s.text);
    }
    return status;
}

/* The columns of a step: a text that is a column's name is that column, else it is names joined by commas. */
static int add_step(cli *c, const bm_table *t, const char *target, bm_recipe *r, step *s)
{
    const size_t most = s->columns ? strlen(s->text) + 1 : 0;
    const char **names = calloc(most + 1, sizeof *names);
    size_t n = 0;
    int status = names ? 0 : cli_fail(c, CLI_FAILED, "out of memory");
    const bool whole = s->columns && bm_table_find(t, s->columns) >= 0;
    for (char *name = s->columns ? s->text : NULL; !status && name;) {
        char *comma = whole ? NULL : strchr(name, ',');
        if (comma) *comma = 0;
        if (!strcmp(name, target))
            status = cli_fail(c, CLI_USAGE, "--step: \"%s\" is the target; steps are done to the other columns", name);
        else if (*name && cli_column(c, t, "--step", name) < 0) status = CLI_USAGE;
        else if (*name) names[n++] = name;
        name = comma ? comma + 1 : NULL;
    }
    if (!status && s->columns && !n) status = cli_fail(c, CLI_USAGE, "--step: no column stands before \"=%s\"", s->kind);
    if (!status) bm_recipe_step_at(r, s->kind, (bm_names){ names, n }, s->with, BM_HERE);
    free(names);
    return status;
}

int cli_steps_add(cli *c, const bm_table *t, const char *target, bm_recipe *r)
{
    int status = 0;
    for (int i = 0; !status && i < c->options.n_step; i++) {
        step s;
        status = read_step(c, c->options.step[i], &s);
        if (!status) status = add_step(c, t, target, r, &s);
        free(s.text);
    }
    return status;
}
