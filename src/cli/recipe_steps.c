// SPDX-License-Identifier: Apache-2.0
/* --step of baeum train: "age,parity=polynomial:3", "min_max": columns, a kind of step, its setting. The kind stands behind the first
 * '=' that a kind with a setting of its own follows, so that names of columns and settings may have that sign, too. And options named as
 * a step: --polynomial age,parity=3, whose value is a setting, columns, both, or "all".
 */
#include "cli/train.h"
#include "base/text.h"
#include "data/step.h"
#include "data/table.h"
#include <stdlib.h>
#include <string.h>

typedef struct step {
    char *text;                 /* a copy, cut where the parts end; released by free */
    const char *columns, *with; /* or null */
    char kind[32];
    bool named; /* the option is the step's name */
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

/* Whether a text is a setting of a kind of step. */
static bool is_setting(const char *kind, const char *text)
{
    static const bm_name any = "any";
    bm_recipe *r = bm_recipe_new(.target = "any target");
    const bool is = ((const bmi_step_kind *)bmi_kind_find("step", kind))->fields &&
                    !bm_recipe_step_at(r, kind, (bm_names){ &any, 1 }, text, BM_HERE);
    bm_free(r);
    return is;
}

/* Whether a text before a '=' ends with the name of a setting, behind a comma or alone. */
static bool ends_with_field(const char *kind, const char *text, const char *end)
{
    const bmi_field *fields = ((const bmi_step_kind *)bmi_kind_find("step", kind))->fields;
    const char *begin = end;
    while (begin > text && begin[-1] != ',') begin--;
    for (const bmi_field *f = fields; f && f->name; f++)
        if (strlen(f->name) == (size_t)(end - begin) && !strncmp(f->name, begin, (size_t)(end - begin))) return true;
    return false;
}

/* The value of an option that is named as a step: columns, behind the first '=' that a setting follows and that is not part of one; else a
 * setting, or columns. */
static int read_named(const char *kind, char *at, step *s)
{
    snprintf(s->kind, sizeof s->kind, "%s", kind);
    s->named = true;
    for (char *sign = strchr(at, '='); sign; sign = strchr(sign + 1, '=')) {
        if (sign == at || ends_with_field(kind, at, sign) || !is_setting(kind, sign + 1)) continue;
        *sign = 0;
        s->with = sign + 1;
        break;
    }
    if (!s->with && is_setting(kind, at)) return (s->with = at), 0;
    if (strcmp(at, "all") != 0) s->columns = at;
    return 0;
}

/* Where the kind stands in "columns=kind:setting": behind the first '=' that a kind with a setting of its own follows, else behind the
 * first that a kind follows; null: behind none. */
static char *behind_columns(char *text, char kind[32])
{
    char *first = NULL;
    for (char *sign = strchr(text, '='); sign; sign = strchr(sign + 1, '=')) {
        if (!kind_at(sign + 1, kind)) continue;
        const char *with = sign + 1 + strlen(kind);
        if (!*with || is_setting(kind, with + 1)) return sign + 1;
        if (!first) first = sign + 1;
    }
    return first;
}

static int read_step(cli *c, int i, step *s)
{
    char *at = s->text = strdup(c->options.step.at[i]);
    s->columns = s->with = NULL;
    s->named = false;
    if (!at) return cli_fail(c, CLI_FAILED, "out of memory");
    if (c->options.step.kind[i]) return read_named(c->options.step.kind[i], at, s);
    if (!kind_at(at, s->kind)) {
        char *kind = behind_columns(at, s->kind);
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
    for (int i = 0; !status && i < c->options.step.n; i++) {
        static const bm_name any = "any";
        step s;
        bm_recipe *r = bm_recipe_new(.target = "any target");
        status = read_step(c, i, &s);
        if (!status && bm_recipe_step_at(r, s.kind, (bm_names){ &any, s.columns != NULL }, s.with, BM_HERE))
            status = cli_fail(c, bm_status_of(r) == BM_E_MEMORY ? CLI_FAILED : CLI_USAGE, "--%s %s: %s",
                              c->options.step.kind[i] ? s.kind : "step", c->options.step.at[i], bm_error(r));
        bm_free(r);
        free(s.text);
    }
    return status;
}

typedef struct chosen {
    cli *c;
    const bm_table *table;
    const char *target;
    const bool *dropped; /* by column */
    const char **names;
    size_t n;
} chosen;

static int choose(void *user, int64_t column)
{
    chosen *to = user;
    const char *name = bm_table_column_name(to->table, column);
    if (!strcmp(name, to->target))
        return cli_fail(to->c, CLI_USAGE, "--step: \"%s\" is the target; steps are done to the other columns", name);
    if (to->dropped[column])
        return cli_fail(to->c, CLI_USAGE, "--step: \"%s\" is left out; steps are done to columns that are used%s", name,
                        to->c->options.drop.n ? "" : " (--keep uses one that a set leaves out)");
    to->names[to->n++] = name;
    return 0;
}

/* The value of an option that is named as a step is no setting, nor does it begin with a column. */
static int fail_value(const chosen *to, const step *s)
{
    char fields[300] = "", with[100] = "";
    double value;
    bool overflow;
    const bmi_step_kind *kind = bmi_kind_find("step", s->kind);
    for (const bmi_field *f = kind->fields; f && f->name; f++) {
        cli_append(fields, sizeof fields, "%s%s", *fields ? ", " : "", f->name);
        if (!strcmp(f->name, "most") && bmi_read_real(s->columns, strlen(s->columns), &value, &overflow))
            snprintf(with, sizeof with, "; did you mean most=%.60s?", s->columns);
    }
    return cli_fail(to->c, CLI_USAGE,
                    "--%s: \"%s\" is neither a column nor a setting%s%s%s%s; baeum help %s tells what it takes", s->kind,
                    s->columns, *fields ? " (" : "", fields, *fields ? ")" : "", with, s->kind);
}

static int add_step(chosen to, bm_recipe *r, const step *s)
{
    cli *const c = to.c;
    char hint[BMI_HINT_BYTES], option[40];
    snprintf(option, sizeof option, "--%s", s->named ? s->kind : "step");
    to.names = calloc((s->columns ? strlen(s->text) : 0) + 1, sizeof *to.names);
    int status = to.names ? 0 : cli_fail(c, CLI_FAILED, "out of memory");
    if (!status && s->named && s->columns && !s->with && !strchr(s->columns, ',') && bm_table_find(to.table, s->columns) < 0 &&
        !*bmi_did_you_mean(hint, s->columns, to.table->columns, to.table->n_columns, sizeof *to.table->columns))
        status = fail_value(&to, s);
    if (!status && s->columns) status = cli_columns(c, to.table, option, s->columns, choose, &to);
    if (!status && s->columns && !to.n) status = cli_fail(c, CLI_USAGE, "--step: no column stands before \"=%s\"", s->kind);
    if (!status) bm_recipe_step_at(r, s->kind, (bm_names){ to.names, to.n }, s->with, BM_HERE);
    free(to.names);
    return status;
}

int cli_steps_add(cli *c, const bm_table *t, const char *target, const bool *dropped, bm_recipe *r)
{
    const chosen to = { .c = c, .table = t, .target = target, .dropped = dropped };
    int status = 0;
    for (int i = 0; !status && i < c->options.step.n; i++) {
        step s;
        status = read_step(c, i, &s);
        if (!status) status = add_step(to, r, &s);
        free(s.text);
    }
    return status;
}
