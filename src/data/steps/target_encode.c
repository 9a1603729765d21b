// SPDX-License-Identifier: Apache-2.0
/* Target encoding: a category becomes the mean of the target over its n training rows, drawn to the mean m of all rows,
 *
 *     (sum + smooth m) / (n + smooth)          or, without a number for smooth, by empirical Bayes
 *     lambda mean + (1 - lambda) m,  lambda = v n / (v n + s / n)
 *
 * with the target's variance v and the sum s of its squared deviations from the category's mean. Of two classes the target is 0 and 1,
 * of more each class is a target of its own and gets a column, column_class. Missing cells are a category when training has some; what
 * training had not gets m. As the category's own rows are in its mean, a training row would see its own target: the rows that are
 * fitted on are cut into folds, and each is encoded by what the others say (Micci-Barreca, "A preprocessing scheme for high-
 * cardinality categorical attributes", 2001). A row counts as often as it weighs.
 *
 * The state has the texts of the categories, in order, and of the classes behind them where they name columns; `numbers` are the
 * outputs, 1 when missing is a category, m of each output, and for every category (missing the last) its outputs. */
#include "base/random.h"
#include "base/text.h"
#include "data/dataset.h"
#include "data/order.h"
#include "data/step.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 2, MOST_FOLDS = 100, MOST_OUTPUTS = 1000 };

static const bmi_field fields[] = {
    BMI_REAL_FIELD(bm_step_target_encode_options, smooth, 0, 1e100, -1,
                   "rows of the overall mean in each; default: by the variances"),
    BMI_INT_FIELD(bm_step_target_encode_options, folds, 2, MOST_FOLDS, 5, "training rows of each are encoded by the others"),
    BMI_INT_FIELD(bm_step_target_encode_options, seed, 0, 0, 0, "of the folds"),
    BMI_BOOL_FIELD(bm_step_target_encode_options, in_order, "folds are neighbouring rows, not drawn"),
    { 0 },
};

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)options;
    return f->columns[column].text || (chosen && !f->columns[column].indicator);
}

/* ---- what is learned ---- */
typedef struct encoding {
    int64_t n, outputs;      /* categories, missing among them */
    double *count;           /* n */
    double *sum, *squares;   /* n x outputs: sum of y, and of squared deviations from the category's mean */
    double *mean, *variance; /* outputs: of all rows */
    double *to;              /* n x outputs */
} encoding;

/* Output k of a row's target. */
static double target_of(const bmi_step_target *t, int64_t outputs, int64_t row, int64_t k)
{
    if (t->values) return t->values[row];
    return outputs == 1 ? t->classes[row] == 1 : t->classes[row] == k;
}

/* Learns from the rows for which fold[row] is not `without`; codes < 0 take no part. */
static void learn(encoding *e, const bmi_frame *f, const bmi_step_target *t, const int32_t *codes, const int32_t *fold,
                  int32_t without, double smooth)
{
    const size_t cells = (size_t)(e->n * e->outputs);
    double all = 0;
    memset(e->count, 0, (size_t)e->n * sizeof *e->count);
    memset(e->sum, 0, cells * sizeof *e->sum);
    memset(e->squares, 0, cells * sizeof *e->squares);
    for (int64_t k = 0; k < e->outputs; k++) e->mean[k] = e->variance[k] = 0;
    for (int64_t i = 0; i < f->rows; i++) {
        if (fold && fold[i] == without) continue;
        const double w = bmi_frame_weight(f, i);
        all += w;
        e->count[codes[i]] += w;
        for (int64_t k = 0; k < e->outputs; k++) {
            const double y = target_of(t, e->outputs, i, k), d = y - e->mean[k];
            e->sum[codes[i] * e->outputs + k] += w * y;
            e->mean[k] += d / all * w; /* West, 1979 */
            e->variance[k] += w * d * (y - e->mean[k]);
        }
    }
    for (int64_t k = 0; k < e->outputs; k++) e->variance[k] /= all;
    for (int64_t i = 0; smooth < 0 && i < f->rows; i++) {
        if (fold && fold[i] == without) continue;
        for (int64_t k = 0; k < e->outputs; k++) {
            const int64_t at = codes[i] * e->outputs + k;
            const double d = target_of(t, e->outputs, i, k) - e->sum[at] / e->count[codes[i]];
            e->squares[at] += bmi_frame_weight(f, i) * d * d;
        }
    }
    for (int64_t c = 0; c < e->n; c++)
        for (int64_t k = 0; k < e->outputs; k++) {
            const int64_t at = c * e->outputs + k;
            const double n = e->count[c], m = e->mean[k], between = e->variance[k] * n, within = e->squares[at] / n;
            if (!(n > 0)) e->to[at] = m;
            else if (smooth >= 0) e->to[at] = n + smooth > 0 ? (e->sum[at] + smooth * m) / (n + smooth) : m;
            else if (!(between + within > 0)) e->to[at] = m;
            else e->to[at] = between / (between + within) * (e->sum[at] / n) + (1 - between / (between + within)) * m;
        }
}

/* Memory of an encoding as one block; false without it. */
static size_t room_of(const encoding *e)
{
    return (size_t)e->n + 3 * (size_t)(e->n * e->outputs) + 2 * (size_t)e->outputs;
}
static bool begin(encoding *e, bm_context *context, int64_t n, int64_t outputs)
{
    const int64_t cells = n * outputs;
    *e = (encoding){ .n = n, .outputs = outputs };
    e->count = bmi_alloc(context, room_of(e), sizeof *e->count);
    if (!e->count) return false;
    e->sum = e->count + n;
    e->squares = e->sum + cells;
    e->to = e->squares + cells;
    e->mean = e->to + cells;
    e->variance = e->mean + outputs;
    return true;
}

/* ---- categories ---- */
static size_t categories_of(const bmi_step_column *s)
{
    const size_t outputs = (size_t)s->numbers[0];
    return s->n_texts - (outputs > 1 ? outputs : 0);
}

static int32_t code_of_text(const bmi_step_column *s, const char *text)
{
    const char **found = bsearch(&text, s->texts, categories_of(s), sizeof *s->texts, bmi_by_text);
    return found ? (int32_t)(found - s->texts) : -1;
}

/* The category of each row: missing the one behind all when it is one, -1 what training had not. Null without memory; `rows` of them. */
static int32_t *codes_of(const bmi_frame *f, const bmi_frame_column *c, const bmi_step_column *s)
{
    int32_t *codes = bmi_alloc_raw(f->context, (size_t)f->rows, sizeof *codes);
    const size_t count = c->text ? (size_t)c->dictionary->count : 0;
    int32_t *map = bmi_alloc_raw(f->context, count, sizeof *map);
    const int32_t missing = s->numbers[1] > 0 ? (int32_t)categories_of(s) : -1;
    for (size_t k = 0; map && k < count; k++) map[k] = code_of_text(s, bmi_dictionary_text(c->dictionary, (int32_t)k, NULL));
    for (int64_t i = 0; codes && map && i < f->rows; i++) {
        char number[32];
        const bool none = c->text ? c->codes[i] < 0 : isnan(c->numbers[i]);
        if (!none && !c->text) bmi_write_real(number, c->numbers[i] + 0.);
        codes[i] = none ? missing : c->text ? map[c->codes[i]] : code_of_text(s, number);
    }
    if (!map) {
        bmi_release(f->context, codes, (size_t)f->rows, sizeof *codes);
        codes = NULL;
    }
    bmi_release(f->context, map, count, sizeof *map);
    return codes;
}

/* The texts of the rows, each once, in order; and whether a cell is missing. Outputs > 1: with room for the names of classes. */
static bm_status find_categories(const bmi_step_how *how, const bmi_frame *f, const bmi_frame_column *c, int64_t outputs,
                                 bmi_step_column *s, bool *missing)
{
    bmi_dictionary seen = { .context = f->context };
    bool fine = true;
    *missing = false;
    for (int64_t i = 0; fine && i < f->rows; i++) {
        char number[32];
        const char *text = number;
        if (c->text ? c->codes[i] < 0 : isnan(c->numbers[i])) {
            *missing = true;
            continue;
        }
        if (c->text) text = bmi_dictionary_text(c->dictionary, c->codes[i], NULL);
        else bmi_write_real(number, c->numbers[i] + 0.);
        fine = bmi_dictionary_add(&seen, text, strlen(text)) >= 0;
    }
    const size_t names = outputs > 1 ? (size_t)outputs : 0;
    fine = fine && bmi_step_texts(how, s, (size_t)seen.count + names);
    for (int32_t k = 0; fine && k < seen.count; k++)
        fine = (s->texts[k] = bmi_arena_text(how->arena, bmi_dictionary_text(&seen, k, NULL)));
    if (fine) qsort(s->texts, (size_t)seen.count, sizeof *s->texts, bmi_by_text);
    for (size_t k = 0; fine && k < names; k++)
        fine = (s->texts[(size_t)seen.count + k] = bmi_arena_text(how->arena, how->target->class_names[k]));
    bmi_dictionary_end(&seen);
    return fine ? BM_OK : bmi_step_no_memory(how, 64);
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, size_t column, bmi_step_column *s)
{
    const bm_step_target_encode_options *o = how->options;
    const bmi_frame_column *c = &f->columns[column];
    const bmi_step_target *t = how->target;
    const int64_t outputs = t->values || t->n_classes == 2 ? 1 : t->n_classes;
    bool missing;
    if (outputs > MOST_OUTPUTS)
        return bmi_fail(how->error, BM_E_DATA, how->here,
                        "target_encode: a target of %lld classes would make as many columns of \"%.100s\"; %d are the most",
                        (long long)outputs, s->name, MOST_OUTPUTS);
    if (find_categories(how, f, c, outputs, s, &missing)) return how->error->status;
    const int64_t n = (int64_t)s->n_texts - (outputs > 1 ? outputs : 0) + missing;
    if (!bmi_step_numbers(how, s, HEAD + (size_t)(outputs + n * outputs))) return how->error->status;
    s->numbers[0] = (double)outputs;
    s->numbers[1] = missing;
    encoding e;
    int32_t *codes = codes_of(f, c, s);
    if (!begin(&e, f->context, n, outputs) || !codes) bmi_step_no_memory(how, (size_t)f->rows * 8);
    else {
        learn(&e, f, t, codes, NULL, 0, o->smooth);
        memcpy(s->numbers + HEAD, e.mean, (size_t)outputs * sizeof(double));
        memcpy(s->numbers + HEAD + outputs, e.to, (size_t)(n * outputs) * sizeof(double));
    }
    bmi_release(f->context, e.count, room_of(&e), sizeof *e.count);
    bmi_release(f->context, codes, (size_t)f->rows, sizeof *codes);
    return how->error->status;
}

/* ---- folds ---- */
/* Folds of neighbours as even as can be, every class for itself (as scikit-learn's StratifiedKFold and KFold), of rows in the order of
 * `order`. */
static void cut(const bmi_step_target *t, const int64_t *order, int64_t n, int64_t folds, int64_t *left, int32_t *fold)
{
    if (!t->classes) {
        for (int64_t i = 0, k = 0, end = 0; i < n; i++) {
            if (i == end) {
                end += n / folds + (k < n % folds);
                k++;
            }
            fold[order ? order[i] : i] = (int32_t)(k - 1);
        }
        return;
    }
    /* How many rows of a class each fold gets: rows sorted by class are dealt out, one fold after the other. Classes come in the order in
     * which they are met. */
    int64_t dealt = 0;
    memset(left, 0, (size_t)(t->n_classes * folds) * sizeof *left);
    for (int64_t first = 0; first < n; first++) {
        const int32_t class = t->classes[first];
        int64_t rows = 0;
        bool met = false;
        for (int64_t k = 0; k < folds; k++) met = met || left[class * folds + k] > 0;
        if (met) continue;
        for (int64_t i = first; i < n; i++) rows += t->classes[i] == class;
        for (int64_t i = 0; i < rows; i++) left[class * folds + dealt++ % folds]++;
    }
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = order ? order[i] : i;
        int64_t *of = left + t->classes[row] * folds, k = 0;
        while (k + 1 < folds && !of[k]) k++;
        of[k]--;
        fold[row] = (int32_t)k;
    }
}

static bm_status make_folds(const bmi_step_how *how, const bmi_frame *f, int64_t folds, int32_t *fold)
{
    const bm_step_target_encode_options *o = how->options;
    const size_t n = (size_t)f->rows, places = (size_t)((how->target->classes ? how->target->n_classes : 1) * folds);
    int64_t *order = o->in_order ? NULL : bmi_alloc_raw(f->context, n, sizeof *order);
    int64_t *left = bmi_alloc(f->context, places, sizeof *left);
    const bool fine = left && (o->in_order || order);
    if (fine && order) bmi_random_permutation((uint64_t)o->seed, BMI_STREAM_SPLIT, order, f->rows);
    if (fine) cut(how->target, order, f->rows, folds, left, fold);
    bmi_release(f->context, left, places, sizeof *left);
    bmi_release(f->context, order, n, sizeof *order);
    return fine ? BM_OK : bmi_step_no_memory(how, n * 8);
}

/* ---- applying ---- */
static void put(bmi_frame *f, size_t first, int64_t row, const double *to, int64_t outputs)
{
    for (int64_t k = 0; k < outputs; k++) f->columns[first + (size_t)k].numbers[row] = to[k];
}

/* Training rows: each fold by the others. */
static bm_status encode_folds(const bmi_step_how *how, const bmi_step_column *s, bmi_frame *f, const int32_t *codes,
                              size_t first)
{
    const bm_step_target_encode_options *o = how->options;
    const int64_t outputs = (int64_t)s->numbers[0], folds = o->folds < f->rows ? o->folds : f->rows;
    const int64_t n = (int64_t)categories_of(s) + (s->numbers[1] > 0);
    encoding e;
    int32_t *fold = bmi_alloc_raw(f->context, (size_t)f->rows, sizeof *fold);
    const bool fine = begin(&e, f->context, n, outputs) && fold;
    if (!fine) bmi_step_no_memory(how, (size_t)f->rows * 8);
    if (fine && !make_folds(how, f, folds, fold))
        for (int32_t k = 0; k < folds; k++) {
            if (folds > 1) learn(&e, f, how->target, codes, fold, k, o->smooth);
            for (int64_t i = 0; i < f->rows; i++)
                if (fold[i] == k) put(f, first, i, folds > 1 ? e.to + codes[i] * outputs : s->numbers + HEAD, outputs);
        }
    bmi_release(f->context, e.count, room_of(&e), sizeof *e.count);
    bmi_release(f->context, fold, (size_t)f->rows, sizeof *fold);
    return how->error->status;
}

static void encode_new(const bmi_step_column *s, bmi_frame *f, const bmi_frame_column *old, const int32_t *codes, size_t first)
{
    const int64_t outputs = (int64_t)s->numbers[0];
    const double *means = s->numbers + HEAD, *to = means + outputs;
    for (int64_t i = 0; i < f->rows; i++) {
        char number[32];
        const bool missing = old->text ? old->codes[i] < 0 : isnan(old->numbers[i]);
        put(f, first, i, codes[i] < 0 ? means : to + codes[i] * outputs, outputs);
        f->counted.missing += missing;
        if (missing || codes[i] >= 0) continue;
        f->counted.unseen++;
        if (!old->text) bmi_write_real(number, old->numbers[i]);
        bmi_met_add(f->met, BMI_MET_UNSEEN, s->name,
                    old->text ? bmi_dictionary_text(old->dictionary, old->codes[i], NULL) : number);
    }
}

static bm_status apply(const bmi_step_how *how, const bmi_step_column *s, bmi_frame *f, size_t at)
{
    const size_t outputs = (size_t)s->numbers[0];
    bmi_frame_column old = { 0 };
    size_t first = 0;
    int32_t *codes = codes_of(f, &f->columns[at], s);
    bool fine = codes && bmi_frame_replace(f, at, outputs, &first, &old);
    for (size_t k = 0; fine && k < outputs; k++)
        fine = outputs == 1 ? bmi_frame_name(f, first, s->name, "", "")
                            : bmi_frame_name(f, first + k, s->name, "_", s->texts[categories_of(s) + k]);
    if (!fine) bmi_step_no_memory(how, (size_t)f->rows * 8);
    else if (how->target) encode_folds(how, s, f, codes, first);
    else encode_new(s, f, &old, codes, first);
    bmi_release(f->context, codes, (size_t)f->rows, sizeof *codes);
    bmi_frame_column_end(f, &old);
    return how->error->status;
}

static bool lawful(const bmi_step_column *s, const void *options)
{
    (void)options;
    if (s->n_numbers < HEAD || !(s->numbers[0] >= 1 && s->numbers[0] <= MOST_OUTPUTS) ||
        s->numbers[0] != floor(s->numbers[0]) || (s->numbers[1] != 0 && s->numbers[1] != 1))
        return false;
    const size_t outputs = (size_t)s->numbers[0], missing = s->numbers[1] > 0;
    if (outputs > 1 && s->n_texts < outputs) return false;
    const size_t n = categories_of(s);
    for (size_t i = 1; i < n; i++)
        if (strcmp(s->texts[i - 1], s->texts[i]) >= 0) return false;
    return s->n_numbers == HEAD + outputs + (n + missing) * outputs;
}

static const bmi_step_example examples[] = {
    { .options = "2,in_order,folds=2",
      .target = "y",
      .table = "a,y\nx,1.5\nx,2\nz,5\nx,6\nz,7.25\nx,8\n",
      .out = "a\n7.041666666666666\n7.041666666666666\n7.138888888888888\n2.291666666666667\n3.555555555555556\n2."
             "291666666666667\n",
      .source = "scikit-learn TargetEncoder, KFold(2)" },
    { .options = "2",
      .target = "y",
      .table = "a,y\nx,1.5\nx,2\nz,5\nx,6\nz,7.25\nx,8\n",
      .rows = "a\nx\nz\nnever\n",
      .out = "a\n4.569444444444444\n5.541666666666666\n4.958333333333333\n",
      .source = "scikit-learn TargetEncoder" },
    { .target = "y",
      .table = "a,y\nx,1.5\nx,2\nz,5\nx,6\nz,7.25\nx,8\n",
      .rows = "a\nx\nz\nnever\n",
      .out = "a\n4.511906395827615\n6.014531107936096\n4.958333333333333\n",
      .source = "scikit-learn TargetEncoder" },
    { .options = "in_order,folds=3",
      .target = "y",
      .table = "a,y\nx,a\nx,b\nz,a\nx,a\nz,b\nx,a\nz,b\nx,b\nz,b\nz,a\n",
      .out = "a\n0.3714285714285714\n0.3714285714285714\n0.6285714285714286\n0.6445497630331752\n0.6285714285714286\n0."
             "6445497630331752\n0.5145228215767634\n0.2786885245901639\n0.6113744075829384\n0.6113744075829384\n",
      .source = "scikit-learn TargetEncoder, StratifiedKFold(3)" },
    { .options = "in_order,folds=3",
      .target = "y",
      .table = "a,y\nx,a\nx,b\nz,c\nx,a\nz,b\nx,c\nz,a\nx,b\nz,c\nz,a\n",
      .out = "a_a,a_b,a_c\n0.0,0.44,0.44\n0.0,0.44,0.44\n0.4634146341463415,0.2645161290322581,0.2645161290322581\n0.0,0.44,0."
             "44\n0.3554502369668246,0.0,0.5652173913043478\n0.4854771784232365,0.44976076555023925,0.0\n0.3554502369668246,0."
             "0,0.5652173913043478\n0.4854771784232365,0.25667090216010163,0.25667090216010163\n0.3554502369668246,0."
             "32065217391304346,0.32065217391304346\n0.3554502369668246,0.32065217391304346,0.32065217391304346\n",
      .source = "scikit-learn TargetEncoder, StratifiedKFold(3)" },
    { .target = "y",
      .table = "a,y\nx,a\nx,b\nz,c\nx,a\nz,b\nx,c\nz,a\nx,b\nz,c\nz,a\n",
      .rows = "a\nx\nz\n",
      .out = "a_a,a_b,a_c\n0.4,0.3813953488372093,0.21322314049586777\n0.4,0.21322314049586777,0.3813953488372093\n",
      .source = "scikit-learn TargetEncoder" },
};

static const bmi_step_kind target_encode = {
    .size = sizeof(bmi_step_kind),
    .name = "target_encode",
    .options_size = sizeof(bm_step_target_encode_options),
    .fields = fields,
    .doc = "a category becomes the mean of the target over its rows, drawn to the mean of all; training rows by inner folds",
    .source = "Micci-Barreca, \"A preprocessing scheme for high-cardinality categorical attributes\", 2001",
    .examples = examples,
    .n_examples = BMI_COUNT(examples),
    .sees_target = true,
    .needs_target = true,
    .categories = true,
    .takes = takes,
    .takes_what = "text or numbers",
    .fit = fit,
    .apply = apply,
    .lawful = lawful,
};
const bmi_kind bmi_kinds_step_target_encode[] = { { "step", "target_encode", &target_encode }, { 0 } };
