// SPDX-License-Identifier: Apache-2.0
/* Select: columns are kept or not by a score (select_scores.c): its variance, the F value or chi squared of the column and the target,
 * their mutual information, or the size of its coefficient in a line through the standardised columns. Kept are those of the highest
 * score, as many or the share of all that is asked for (of equals the last columns), else those whose score is above the threshold. A
 * table at prediction need not have the others.
 *
 * What is kept of a column is 1 when it is dropped, else 0; the state has the scores. */
#include "data/order.h"
#include "data/steps/select_scores.h"
#include <inttypes.h>
#include <math.h>

static const char *const scores[] = { [BM_SELECT_VARIANCE] = "variance",
                                      [BM_SELECT_F] = "f",
                                      [BM_SELECT_CHI2] = "chi2",
                                      [BM_SELECT_MUTUAL_INFORMATION] = "mutual_information",
                                      [BM_SELECT_COEFFICIENT] = "coefficient",
                                      NULL };
static const bmi_field fields[] = {
    BMI_WORD_FIELD(bm_step_select_options, by, scores, "the score"),
    BMI_INT_FIELD(bm_step_select_options, most, 1, 1e9, -1, "columns that are kept; default: all above the threshold"),
    { .name = "share",
      .type = BMI_FIELD_REAL,
      .offset = offsetof(bm_step_select_options, share),
      .low = 0,
      .high = 1,
      .above = true,
      .below = true,
      .number = -1,
      .doc = "columns that are kept, of all" },
    BMI_REAL_FIELD(bm_step_select_options, threshold, 0, INFINITY, 0, "scores above this are kept"),
    BMI_INT_FIELD(bm_step_select_options, seed, 0, 0, 0, "of what breaks ties of mutual information"),
    { 0 },
};

static bm_status check(bmi_error *e, bm_place here, const void *options)
{
    const bm_step_select_options *o = options;
    if (o->most > 0 && o->share > 0)
        return bmi_fail(e, BM_E_ARGUMENT, here, "select: most and share are both given; give one of them");
    return BM_OK;
}

static bool takes(const bmi_frame *f, size_t column, bool chosen, const void *options)
{
    (void)chosen, (void)options;
    return !f->columns[column].text;
}

/* Marks the columns that are dropped. */
static bm_status choose(const bmi_step_how *how, const bmi_frame *f, bmi_recipe_step *s, const double *score)
{
    const bm_step_select_options *o = how->options;
    const size_t n = s->n_columns;
    size_t kept = n;
    bmi_weighed *all = bmi_alloc_raw(f->context, n, sizeof *all);
    if (!all) return bmi_step_no_memory(how, n * sizeof *all);
    for (size_t c = 0; c < n; c++) all[c] = (bmi_weighed){ score[c], (double)c }; /* of equals the last columns are kept */
    bmi_weighed_sort(all, (int64_t)n);
    if (o->most > 0 && (size_t)o->most < n) kept = (size_t)o->most;
    if (o->share > 0) kept = (size_t)fmax(1, round(o->share * (double)n));
    for (size_t i = 0; i < n && !how->error->status; i++) {
        bmi_step_column *c = &s->columns[(size_t)all[i].weight];
        const bool asked = o->most > 0 || o->share > 0;
        if (bmi_step_numbers(how, c, 1)) c->numbers[0] = asked ? i < n - kept : !(all[i].number > o->threshold);
    }
    bmi_release(f->context, all, n, sizeof *all);
    return how->error->status;
}

/* "select: 3 of 10 columns by f: a 12.5, b 3.2 ..." */
static bm_status tell(const bmi_step_how *how, const bmi_frame *f, const bmi_recipe_step *s, const double *score)
{
    char list[400] = "";
    size_t n = 0, kept = 0, at = 0;
    for (size_t c = 0; c < s->n_columns; c++) {
        if (s->columns[c].numbers[0] > 0) continue;
        kept++;
        if (n++ < 8)
            at +=
                (size_t)snprintf(list + at, sizeof list - at, "%s%.30s %.4g", n > 1 ? ", " : "", s->columns[c].name, score[c]);
    }
    const bm_step_select_options *o = how->options;
    const char *by = scores[o->by];
    if (!kept)
        return bmi_fail(how->error, BM_E_DATA, how->here,
                        "select: no column, of \"%.100s\"%s, has a score (%s) above the threshold; ask for a number of columns",
                        s->columns[0].name, s->n_columns > 1 ? " and others" : "", by);
    if (o->most > (int64_t)s->n_columns &&
        !bmi_notes_add(f->context, how->notes, "! select: most is %" PRId64 ", there %s %zu column%s: all are kept", o->most,
                       s->n_columns == 1 ? "is" : "are", s->n_columns, s->n_columns == 1 ? "" : "s"))
        return bmi_step_no_memory(how, 400);
    return bmi_notes_add(f->context, how->notes, "select: %zu of %zu columns by %s: %s%s", kept, s->n_columns, by, list,
                         kept > 8 ? " ..." : "")
               ? BM_OK
               : bmi_step_no_memory(how, 400);
}

static bm_status fit(const bmi_step_how *how, const bmi_frame *f, const size_t *at, bmi_recipe_step *s)
{
    const bm_step_select_options *o = how->options;
    double *score = bmi_step_add_array(how, &s->state, "scores", 1, (int64_t)s->n_columns);
    if (!score) return how->error->status;
    if (o->by != BM_SELECT_VARIANCE && !how->target)
        return bmi_fail(how->error, BM_E_ARGUMENT, how->here, "select: by=%s needs a target, and the recipe names none",
                        scores[o->by]);
    if (bmi_select_score(how, f, at, s, o->by, score)) return how->error->status;
    return choose(how, f, s, score) ? how->error->status : tell(how, f, s, score);
}

static bm_status apply(const bmi_step_how *how, const bmi_recipe_step *s, bmi_frame *f, const size_t *at)
{
    (void)how;
    for (size_t c = 0; c < s->n_columns; c++)
        if (at[c] != SIZE_MAX && s->columns[c].numbers[0] > 0) bmi_frame_remove(f, at[c]);
    return BM_OK;
}

static bool lawful(const bmi_recipe_step *s)
{
    const bmi_step_array *score = bmi_step_find_array(&s->state, "scores");
    for (size_t c = 0; c < s->n_columns; c++)
        if (s->columns[c].n_numbers != 1 || (s->columns[c].numbers[0] != 0 && s->columns[c].numbers[0] != 1)) return false;
    return score && score->rows == 1 && score->columns == (int64_t)s->n_columns;
}

static const bmi_step_example examples[] = {
    { .options = "threshold=.5",
      .table = "a,b,c\n1,0,5\n2,0,5\n3,1,5\n",
      .rows = "a\n7\n",
      .out = "a\n7\n",
      .source = "by hand: variances 2/3, 2/9, 0" },
    { .options = "f,most=1",
      .target = "y",
      .table = "a,b,y\n1,3,p\n2,1,p\n1,4,p\n7,2,q\n8,3,q\n9,5,q\n",
      .out = "a\n1\n2\n1\n7\n8\n9\n",
      .source = "scikit-learn f_classif: 100 and .286" },
    { .options = "chi2,share=.5",
      .target = "y",
      .table = "a,b,y\n1,3,p\n2,1,p\n1,4,p\n7,2,q\n8,3,q\n9,5,q\n",
      .out = "a\n1\n2\n1\n7\n8\n9\n",
      .source = "scikit-learn chi2: 14.3 and .222" },
};

static const bmi_step_kind select_kind = {
    .size = sizeof(bmi_step_kind),
    .name = "select",
    .options_size = sizeof(bm_step_select_options),
    .fields = fields,
    .doc = "columns are kept by a score: variance, F, chi squared, mutual information, coefficient",
    .source = "Kraskov, Stoegbauer, Grassberger, \"Estimating mutual information\", 2004; Ross, \"Mutual information between "
              "discrete and continuous data sets\", 2014",
    .examples = examples,
    .n_examples = BMI_COUNT(examples),
    .sees_target = true,
    .ignores_absent = true,
    .keeps_values = true,
    .needs_whole = true,
    .prepares = BMI_PREPARES_CELLS,
    .check = check,
    .takes = takes,
    .takes_what = "numbers",
    .fit_whole = fit,
    .apply_whole = apply,
    .lawful_whole = lawful,
};
const bmi_kind bmi_kinds_step_select[] = { { "step", "select", &select_kind }, { 0 } };
