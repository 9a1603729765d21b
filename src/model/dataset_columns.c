// SPDX-License-Identifier: Apache-2.0
/* Datasets and tensors against what a network takes: shapes, types, classes and weights are checked once, before any step.
 */
#include "model/dataset_columns.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Without dimensions of 1, which make no difference to the order of numbers. */
static bm_shape squeezed(bm_shape s)
{
    bm_shape out = { 0 };
    for (int64_t i = 0; i < s.rank; i++)
        if (s.dim[i] != 1) out.dim[out.rank++] = s.dim[i];
    return out;
}

static bool rows_agree(bm_shape wanted, bm_shape got)
{
    const bm_shape a = squeezed(wanted), b = squeezed(got);
    bool ok = a.rank == b.rank;
    for (int64_t i = 0; ok && i < a.rank; i++) ok = a.dim[i] == b.dim[i] || a.dim[i] == BM_ANY;
    return ok;
}

static bm_shape row_of(bm_shape s)
{
    bm_shape row = { .rank = s.rank ? s.rank - 1 : 0 };
    for (int64_t i = 0; i < row.rank; i++) row.dim[i] = s.dim[i + 1];
    return row;
}

/* The wanted row with its unknown dimensions from the one that is there: both have the same dimensions other than 1. */
static bm_shape fill_in(bm_shape wanted, bm_shape got)
{
    const bm_shape b = squeezed(got);
    int64_t k = 0;
    for (int64_t i = 0; i < wanted.rank; i++)
        if (wanted.dim[i] != 1) wanted.dim[i] = b.dim[k++];
    return wanted;
}

bm_status bmi_input_column(bmi_column_of *c, bm_shape *row, bool *one, const bmi_network *n, const bm_tensor *x, double scale,
                           bmi_error *e, const char *who, bm_place here)
{
    if (bmi_object_failed(x))
        return x ? bmi_fail_from(e, &x->object.error) : bmi_fail(e, BM_E_ARGUMENT, here, "%s: the input is null", who);
    char a[200], b[200];
    const bm_type type = bm_node_type(n->input);
    const bm_shape got = row_of(x->shape);
    const bool many = x->shape.rank > 0 && rows_agree(n->row, got);
    *one = !many && rows_agree(n->row, x->shape);
    if (!many && !*one)
        return bmi_fail(e, BM_E_SHAPE, here,
                        "%s: the model's input \"%s\" takes rows of %s, the data has shape %s, that is rows of %s", who,
                        bm_node_name(n->input), bmi_shape_text(a, &n->row), bmi_shape_text(b, &x->shape),
                        bmi_shape_text((char[200]){ 0 }, &got));
    *row = fill_in(n->row, many ? got : x->shape);
    if (!bmi_column_make(c, x, type, scale != 1))
        return bmi_fail(e, BM_E_TYPE, here, "%s: the model's input \"%s\" is %s, the data is %s; convert it first", who,
                        bm_node_name(n->input), bm_type_name(type), bm_type_name(x->type));
    if (*one) {
        c->elements = x->size;
        c->from_bytes = (size_t)x->size * bm_type_size(x->type);
        c->into_bytes = (size_t)x->size * bm_type_size(type);
    }
    return BM_OK;
}

/* Every class number must be a column of the output. */
static bm_status check_classes(const bm_tensor *t, int64_t classes, bmi_error *e, const char *who, bm_place here)
{
    for (int64_t i = 0; i < t->size; i++) {
        const double v = bm_tensor_at(t, i);
        if (v >= 0 && v < (double)classes && v == floor(v)) continue;
        const int64_t row = t->shape.dim[0] ? i / (t->size / t->shape.dim[0]) : 0;
        return bmi_fail(e, BM_E_DATA, here,
                        "%s: row %" PRId64 " has the class %g; the model has outputs for the classes 0 to %" PRId64, who, row,
                        v, classes - 1);
    }
    return BM_OK;
}

/* Targets of a loss that takes probabilities, or counts. NaN is left to the training, which names the row as well. */
static bm_status check_numbers(const bm_tensor *t, const bm_loss_kind *loss, double most, bmi_error *e, const char *who,
                               bm_place here)
{
    for (int64_t i = 0; i < t->size; i++) {
        const double v = bm_tensor_at(t, i);
        if (!(v < 0 || v > most)) continue;
        const int64_t row = i / (t->size / t->shape.dim[0]);
        return bmi_fail(e, BM_E_DATA, here, "%s: row %" PRId64 " has the target %g; the loss %s wants %s", who, row, v,
                        loss->name, most == 1 ? "probabilities, 0 to 1" : "numbers of 0 or more");
    }
    return BM_OK;
}

/* Targets of a loss that divides by them. */
static bm_status check_zeros(const bm_tensor *t, const bm_loss_kind *loss, bmi_error *e, const char *who, bm_place here)
{
    int64_t zeros = 0, first = 0;
    for (int64_t i = t->size; i-- > 0;)
        if (bm_tensor_at(t, i) == 0) zeros++, first = i / (t->size / t->shape.dim[0]);
    if (!zeros) return BM_OK;
    return bmi_fail(e, BM_E_DATA, here,
                    "%s: %" PRId64 " target%s 0 (the first in row %" PRId64
                    "), and the loss %s divides by them: leave such rows "
                    "out, or take another loss, as mae",
                    who, zeros, zeros == 1 ? " is" : "s are", first, loss->name);
}

static bm_status target_column(bmi_dataset_columns *c, const bmi_network *n, const bm_dataset *d, bmi_error *e, const char *who,
                               bm_place here)
{
    const bmi_head *head = &n->heads[0];
    if (!d->n_t) return bmi_fail(e, BM_E_DATA, here, "%s: the dataset has no target", who);
    const bm_tensor *t = d->t[0].tensor;
    const bm_shape target = bm_node_shape(head->target), wanted = row_of(target), got = row_of(t->shape), out = head->row;
    char a[200], b[200];
    if (!rows_agree(wanted, got)) {
        const bool numbers = head->loss->target == BM_TARGET_LIKE_OUTPUT && !squeezed(got).rank;
        return bmi_fail(
            e, BM_E_SHAPE, here, "%s: the loss %s wants targets of shape %s a row (the output is %s), the data has %s%s", who,
            head->loss->name, bmi_shape_text(a, &wanted), bmi_shape_text((char[200]){ 0 }, &out), bmi_shape_text(b, &got),
            numbers && head->form == BM_OUTPUT_CLASSES ? "; for class numbers use BM_SPARSE_CATEGORICAL_CROSSENTROPY"
            : head->loss->target == BM_TARGET_CLASS    ? "; it takes one class number, not a column a class"
                                                       : "");
    }
    c->t_row = fill_in(wanted, got);
    if (head->loss->target == BM_TARGET_CLASS) {
        if (!bmi_type_is_int(t->type) && t->type != BM_BOOL)
            return bmi_fail(e, BM_E_TYPE, here, "%s: the loss %s wants class numbers (i32), the target is %s", who,
                            head->loss->name, bm_type_name(t->type));
        if (check_classes(t, out.rank ? out.dim[out.rank - 1] : 1, e, who, here)) return e->status;
    } else if (bmi_loss_probabilities_wanted(head->loss)) {
        const bool classes = head->form == BM_OUTPUT_BINARY && bmi_type_is_int(t->type);
        if (classes ? check_classes(t, 2, e, who, here) : check_numbers(t, head->loss, 1, e, who, here)) return e->status;
    } else if (bmi_loss_positive(head->loss) && check_numbers(t, head->loss, INFINITY, e, who, here)) return e->status;
    else if (bmi_loss_nonzero(head->loss) && check_zeros(t, head->loss, e, who, here)) return e->status;
    bmi_column_make(&c->t, t, bm_node_type(head->target), false);
    return BM_OK;
}

bm_status bmi_dataset_columns_make(bmi_dataset_columns *c, const bmi_network *n, const bm_dataset *d, bmi_error *e,
                                   const char *who, bm_place here)
{
    bool one;
    *c = (bmi_dataset_columns){ .weighted = false };
    if (bmi_object_failed(d))
        return d ? bmi_fail_from(e, &d->object.error) : bmi_fail(e, BM_E_ARGUMENT, here, "%s: the dataset is null", who);
    if (d->n_x != 1) return bmi_fail(e, BM_E_SHAPE, here, "%s: the model has one input, the dataset %d", who, d->n_x);
    if (!d->rows) return bmi_fail(e, BM_E_DATA, here, "%s: the dataset has no rows", who);
    if (bmi_input_column(&c->x, &c->x_row, &one, n, d->x[0].tensor, d->x[0].scale, e, who, here)) return e->status;
    if (one) return bmi_fail(e, BM_E_SHAPE, here, "%s: the dataset's input has no dimension of rows", who);
    if (n->compiled && target_column(c, n, d, e, who, here)) return e->status;
    c->weighted = d->weights != NULL;
    for (int64_t i = 0; d->weights && i < d->rows; i++) {
        const double w = bm_tensor_at(d->weights, i);
        if (!(w >= 0 && w <= 3e38))
            return bmi_fail(e, BM_E_DATA, here, "%s: the weight of row %" PRId64 " is %g; weights are >= 0", who, i, w);
    }
    return BM_OK;
}

bool bmi_weighs_nothing(const bm_dataset *d, const int64_t *rows, int64_t count)
{
    for (int64_t i = 0; d->weights && i < count; i++)
        if (bm_tensor_at(d->weights, rows ? rows[i] : i) != 0) return false;
    return d->weights && count > 0;
}

bm_status bmi_fail_weightless(bmi_error *e, bm_place here, const char *who, int64_t rows)
{
    return bmi_fail(e, BM_E_DATA, here, "%s: the weights of all %lld rows are 0; there is nothing to judge", who,
                    (long long)rows);
}
