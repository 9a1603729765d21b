// SPDX-License-Identifier: Apache-2.0
/* baeum inspect on tables: each column in figures with a histogram, skew, what is constant or there twice, and how columns go with a
 * target.
 */
#include "cli/cli.h"
#include "data/datetime.h"
#include "data/table_look.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_SHOWN = 40, BINS = 10, WIDE = 96 };

/* One column and what was found out about it. */
typedef struct looked {
    int64_t column;
    const char *type;
    bm_summary s;
    int64_t bins[BINS];
    int64_t same;      /* an equal column before it, or itself */
    bmi_relation with; /* the target */
} looked;

typedef struct look {
    cli *c;
    const bm_table *t;
    looked *of; /* chosen columns */
    int64_t n;
    int64_t target; /* -1: none */
    int64_t duplicates;
    bool blocks; /* histograms of blocks, else of ASCII */
} look;

/* ---- finding out ---- */

static int choose_column(void *user, int64_t column)
{
    look *l = user;
    for (int64_t i = 0; i < l->n; i++)
        if (l->of[i].column == column) return 0;
    l->of[l->n++].column = column;
    return 0;
}

/* The columns that were asked for, or all. */
static int choose(look *l)
{
    const cli_options *o = &l->c->options;
    int status = 0;
    for (int i = 0; i < o->columns.n && !status; i++)
        status = cli_columns(l->c, l->t, "--columns", o->columns.at[i], choose_column, l);
    for (int64_t k = 0; !o->columns.n && k < bm_table_columns(l->t); k++) l->of[l->n++].column = k;
    if (!status && !l->n) status = cli_fail(l->c, CLI_USAGE, "--columns names no column");
    return status;
}

static int no_memory(look *l)
{
    return cli_fail(l->c, CLI_FAILED, "out of memory");
}

/* Some columns at a time by the threads. */
static int find_figures(look *l)
{
    enum { AT_ONCE = 256 };
    int64_t columns[AT_ONCE];
    bm_summary *s = malloc(AT_ONCE * sizeof *s);
    if (!s) return no_memory(l);
    for (int64_t at = 0; at < l->n; at += AT_ONCE) {
        const int some = l->n - at < AT_ONCE ? (int)(l->n - at) : AT_ONCE;
        for (int i = 0; i < some; i++) columns[i] = l->of[at + i].column;
        bmi_table_summaries(l->t, columns, some, s);
        for (int i = 0; i < some; i++) l->of[at + i].s = s[i];
    }
    free(s);
    return 0;
}

static int find_out(look *l)
{
    const bm_table *t = l->t;
    int64_t *same = malloc((size_t)t->n_columns * sizeof *same + 1);
    bool fine = same && bmi_equal_columns(t, same);
    int status = fine ? find_figures(l) : no_memory(l);
    for (int64_t i = 0; !status && i < l->n; i++) {
        looked *k = &l->of[i];
        if (k->s.count + k->s.missing != t->rows) status = no_memory(l);
        k->type = t->columns[k->column].type == BM_COLUMN_TIME ? "date" : bm_column_type_name(t->columns[k->column].type);
        k->same = same[k->column];
        if (k->s.count && t->columns[k->column].type != BM_COLUMN_TEXT)
            bmi_histogram(&t->columns[k->column], t->rows, k->s.min, k->s.max, BINS, k->bins);
        if (!status && l->target >= 0 && !bmi_relate(t, k->column, l->target, &k->with)) status = no_memory(l);
    }
    if (!status && (l->duplicates = bmi_duplicate_rows(t)) < 0) status = no_memory(l);
    free(same);
    return status;
}

static const char *measure(bmi_relation_kind kind)
{
    static const char *const names[] = { "Pearson", "eta", "Cramer's V" };
    return names[kind];
}

static bool constant(const looked *k)
{
    return k->s.distinct < 2;
}

/* ---- words ---- */

/* A terminal that shows UTF-8 gets blocks. */
static bool shows_blocks(const cli *c)
{
    const char *said = getenv("LC_ALL");
    if (!said || !*said) said = getenv("LC_CTYPE");
    if (!said || !*said) said = getenv("LANG");
    return isatty(fileno(c->to)) == 1 && said && (strstr(said, "UTF-8") || strstr(said, "utf8") || strstr(said, "UTF8"));
}

static char *draw(const look *l, const looked *k, char into[4 * BINS + 1])
{
    static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
    static const char *const signs[] = { " ", ".", ".", ":", ":", "+", "+", "#", "#" };
    int64_t most = 0;
    *into = 0;
    for (int b = 0; b < BINS; b++)
        if (k->bins[b] > most) most = k->bins[b];
    for (int b = 0; most && b < BINS; b++) {
        const int64_t height = k->bins[b] ? 1 + (int64_t)(7. * (double)k->bins[b] / (double)most) : 0;
        strcat(into, (l->blocks ? blocks : signs)[height > 8 ? 8 : height]);
    }
    return into;
}

/* "yes (1,023), no (296)": a value may be a number or end in one. */
static void top_values(const bm_summary *s, char into[300])
{
    char number[32], cell[100];
    int n = 0;
    *into = 0;
    if (s->distinct > 20 && s->top_count[0] == 1) {
        strcpy(into, "all different");
        return;
    }
    for (int k = 0; k < 3 && s->top_count[k] && n < 200; k++)
        n += snprintf(into + n, 90, "%s%s (%s)", k ? ", " : "", cli_cell(cell, s->top[k], 16),
                      cli_count(number, s->top_count[k]));
    if (s->distinct > 3) snprintf(into + n, 16, " ...");
}

static void add_time(cli_grid *g, double seconds)
{
    char iso[BMI_TIME_BYTES] = "";
    if (!isnan(seconds)) bmi_time_write(llround(seconds) * 1000000, BMI_OF_DAY, iso);
    cli_grid_add(g, iso);
}

static void add_column(const look *l, cli_grid *g, const looked *k)
{
    char text[300], cell[140];
    const bm_summary *s = &k->s;
    const bm_column_type type = bm_table_column_type(l->t, k->column);
    cli_grid_add(g, cli_cell(cell, bm_table_column_name(l->t, k->column), 32));
    cli_grid_add(g, k->type);
    cli_grid_add(g, s->missing ? cli_count(text, s->missing) : "");
    snprintf(text, sizeof text, "%.1f%%", 100. * (double)s->missing / (double)l->t->rows);
    cli_grid_add(g, s->missing ? text : "");
    cli_grid_add(g, cli_count(text, s->distinct));
    const double figures[] = { s->mean, s->std, s->min, s->q1, s->median, s->q3, s->max, s->skew };
    for (size_t f = 0; f < BMI_COUNT(figures); f++) {
        if (type != BM_COLUMN_TIME) cli_grid_add(g, cli_real(text, figures[f]));
        else if (f == 1 || f == 7) cli_grid_add(g, ""); /* a deviation in seconds and a skew say little of dates */
        else add_time(g, figures[f]);
    }
    cli_grid_add(g, draw(l, k, cell));
    top_values(s, text);
    const bool many = type == BM_COLUMN_REAL || ((type == BM_COLUMN_INTEGER || type == BM_COLUMN_TIME) && s->distinct > 20);
    cli_grid_add(g, many ? "" : text);
}

static void print_columns(const look *l)
{
    static const char *const head[] = { "column", "type",   "missing", "",    "distinct", "mean",      "std",          "min",
                                        "q1",     "median", "q3",      "max", "skew",     "histogram", "most frequent" };
    cli_grid g = { .columns = BMI_COUNT(head) };
    const int64_t shown = l->n > MOST_SHOWN && !l->c->options.columns.n ? MOST_SHOWN : l->n;
    char number[64];
    for (size_t k = 0; k < BMI_COUNT(head); k++) cli_grid_add(&g, head[k]);
    for (int64_t i = 0; i < shown; i++) add_column(l, &g, &l->of[i]);
    if (cli_talks(l->c)) fputc('\n', l->c->to);
    cli_grid_print(&g, "", l->c->to);
    if (shown < l->n)
        fprintf(l->c->to, "and %s; --columns a,b shows some of them, --json all\n",
                cli_plural(number, l->n - shown, "more column", "more columns"));
    cli_grid_end(&g);
}

/* Lines of things joined by commas, which begin with a label. */
typedef struct listing {
    FILE *to;
    const char *label;
    char line[WIDE + 600];
    bool *begun; /* a line of one of them was written: a blank one stands before */
    int lines;
    int64_t left_out;
} listing;

static void list_end(listing *l, const char *more)
{
    if (*l->line && !*l->begun) fputc('\n', l->to);
    *l->begun |= *l->line != 0;
    if (*l->line) fprintf(l->to, "%-13s%s%s\n", l->lines ? "" : l->label, l->line, more);
    *l->line = 0;
    l->lines++;
}

static void list_add(listing *l, const char *item)
{
    enum { LINES = 4 };
    if (l->lines >= LINES) {
        l->left_out++;
        return;
    }
    if (*l->line && cli_width(l->line) + cli_width(item) > WIDE) list_end(l, ",");
    if (l->lines >= LINES) l->left_out++;
    else cli_append(l->line, sizeof l->line, "%s%s", *l->line ? ", " : "", item);
}

static void list_close(listing *l)
{
    char number[64];
    list_end(l, "");
    if (l->left_out) fprintf(l->to, "%-13sand %s\n", "", cli_plural(number, l->left_out, "more", "more"));
}

static int by_skew(const void *a, const void *b)
{
    const double x = (*(const looked *const *)a)->s.skew, y = (*(const looked *const *)b)->s.skew;
    return x < y ? 1 : x > y ? -1 : 0;
}
static int by_relation(const void *a, const void *b)
{
    const looked *k = *(const looked *const *)a, *m = *(const looked *const *)b;
    const double x = fabs(k->with.value), y = fabs(m->with.value);
    return x < y ? 1 : x > y ? -1 : (k->column > m->column) - (k->column < m->column);
}

/* Columns with a skew above 1, the largest first, into list; how many. */
static int64_t skewed(const look *l, const looked **list)
{
    int64_t n = 0;
    for (int64_t i = 0; i < l->n; i++)
        if (l->of[i].s.skew > 1) list[n++] = &l->of[i];
    qsort(list, (size_t)n, sizeof *list, by_skew);
    return n;
}

/* Columns that go with the target, the nearest first. */
static int64_t related(const look *l, const looked **list)
{
    int64_t n = 0;
    for (int64_t i = 0; l->target >= 0 && i < l->n; i++)
        if (l->of[i].column != l->target && !isnan(l->of[i].with.value)) list[n++] = &l->of[i];
    qsort(list, (size_t)n, sizeof *list, by_relation);
    return n;
}

static void print_lists(const look *l, const looked **list)
{
    FILE *to = l->c->to;
    const int64_t n = skewed(l, list);
    char cell[140], item[400], number[64];
    bool begun = false;
    listing skews = { .to = to, .label = "skew above 1", .begun = &begun },
            constants = { .to = to, .label = "constant", .begun = &begun },
            equals = { .to = to, .label = "equal", .begun = &begun };
    for (int64_t i = 0; i < n; i++) {
        snprintf(item, sizeof item, "%s %.4f", cli_cell(cell, bm_table_column_name(l->t, list[i]->column), 32),
                 list[i]->s.skew);
        list_add(&skews, item);
    }
    list_close(&skews);
    for (int64_t i = 0; i < l->n; i++)
        if (constant(&l->of[i])) list_add(&constants, cli_cell(cell, bm_table_column_name(l->t, l->of[i].column), 32));
    list_close(&constants);
    for (int64_t i = 0; i < l->n; i++) {
        const looked *k = &l->of[i];
        if (k->same == k->column || constant(k)) continue;
        snprintf(item, sizeof item, "%s = ", cli_cell(cell, bm_table_column_name(l->t, k->column), 32));
        cli_append(item, sizeof item, "%s", cli_cell(cell, bm_table_column_name(l->t, k->same), 32));
        list_add(&equals, item);
    }
    list_close(&equals);
    if (l->duplicates)
        fprintf(to, "%s%-13s%s equal to an earlier one\n", begun ? "" : "\n", "twice",
                cli_plural(number, l->duplicates, "row is", "rows are"));
}

static void print_relations(const look *l, const looked **list)
{
    enum { MOST = 20 };
    const int64_t n = related(l, list);
    char cell[140], number[64];
    cli_grid g = { .columns = 3 };
    if (l->target < 0) return;
    cli_grid_add(&g, cli_cell(cell, bm_table_column_name(l->t, l->target), 32));
    cli_grid_add(&g, "goes with");
    cli_grid_add(&g, "by");
    for (int64_t i = 0; i < n && i < MOST; i++) {
        cli_grid_add(&g, cli_cell(cell, bm_table_column_name(l->t, list[i]->column), 32));
        cli_grid_add(&g, cli_share(number, list[i]->with.value));
        cli_grid_add(&g, measure(list[i]->with.kind));
    }
    fputc('\n', l->c->to);
    cli_grid_print(&g, "", l->c->to);
    if (n > MOST) fprintf(l->c->to, "and %s\n", cli_plural(number, n - MOST, "more", "more"));
    cli_grid_end(&g);
}

/* ---- JSON ---- */

static json_t *top_json(const bm_summary *s)
{
    json_t *top = json_object();
    for (int k = 0; k < 5 && s->top_count[k]; k++)
        json_object_set_new(top, s->top[k], json_integer((json_int_t)s->top_count[k]));
    return top;
}

static json_t *histogram_json(const looked *k)
{
    json_t *counts = json_array();
    for (int b = 0; b < BINS; b++) json_array_append_new(counts, json_integer((json_int_t)k->bins[b]));
    return json_pack("{s:o, s:o, s:o}", "low", cli_number(k->s.min), "high", cli_number(k->s.max), "counts", counts);
}

static json_t *column_json(const look *l, const looked *k)
{
    const bm_summary *s = &k->s;
    json_t *o = json_object();
    json_object_set_new(o, "name", cli_text(bm_table_column_name(l->t, k->column)));
    json_object_set_new(o, "type", json_string(k->type));
    json_object_set_new(o, "missing", json_integer((json_int_t)s->missing));
    json_object_set_new(o, "missing_share", cli_number((double)s->missing / (double)l->t->rows));
    json_object_set_new(o, "distinct", json_integer((json_int_t)s->distinct));
    const struct {
        const char *name;
        double value;
    } figures[] = {
        { "mean", s->mean },     { "std", s->std }, { "min", s->min }, { "q1", s->q1 },
        { "median", s->median }, { "q3", s->q3 },   { "max", s->max }, { "skew", s->skew },
    };
    for (size_t i = 0; i < BMI_COUNT(figures); i++) json_object_set_new(o, figures[i].name, cli_number(figures[i].value));
    json_object_set_new(o, "top", top_json(s));
    if (!isnan(s->min)) json_object_set_new(o, "histogram", histogram_json(k));
    json_object_set_new(o, "constant", json_boolean(constant(k)));
    const bool same = k->same != k->column && !constant(k);
    json_object_set_new(o, "equal_to", same ? cli_text(bm_table_column_name(l->t, k->same)) : json_null());
    return o;
}

static void put_json(const look *l, const looked **list)
{
    json_t *columns = json_array(), *skews = json_array(), *relations = json_array();
    for (int64_t i = 0; i < l->n; i++) json_array_append_new(columns, column_json(l, &l->of[i]));
    int64_t n = skewed(l, list);
    for (int64_t i = 0; i < n; i++)
        json_array_append_new(skews, json_pack("{s:o, s:o}", "name", cli_text(bm_table_column_name(l->t, list[i]->column)),
                                               "skew", cli_number(list[i]->s.skew)));
    n = related(l, list);
    for (int64_t i = 0; i < n; i++)
        json_array_append_new(relations,
                              json_pack("{s:o, s:o, s:s}", "name", cli_text(bm_table_column_name(l->t, list[i]->column)),
                                        "value", cli_number(list[i]->with.value), "measure", measure(list[i]->with.kind)));
    cli_put(l->c, "rows", json_integer((json_int_t)l->t->rows));
    cli_put(l->c, "columns", columns);
    cli_put(l->c, "skewed", skews);
    cli_put(l->c, "duplicate_rows", json_integer((json_int_t)l->duplicates));
    cli_put(l->c, "target", l->target < 0 ? json_null() : cli_text(bm_table_column_name(l->t, l->target)));
    cli_put(l->c, "relations", relations);
}

int cli_inspect_table(cli *c, const cli_source *s)
{
    const bm_table *t = s->table;
    look l = { .c = c, .t = t, .target = -1, .blocks = shows_blocks(c) };
    if (c->options.target && (l.target = cli_column(c, t, "--target", c->options.target)) < 0) return CLI_USAGE;
    l.of = calloc((size_t)bm_table_columns(t) + 1, sizeof *l.of);
    const looked **list = malloc(((size_t)bm_table_columns(t) + 1) * sizeof *list);
    int status = l.of && list ? choose(&l) : no_memory(&l);
    if (!status) status = find_out(&l);
    if (!status && c->json) put_json(&l, list);
    else if (!status) {
        print_columns(&l);
        print_lists(&l, list);
        print_relations(&l, list);
    }
    free(list);
    free(l.of);
    return status;
}
