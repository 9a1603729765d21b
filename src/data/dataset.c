// SPDX-License-Identifier: Apache-2.0
/* Datasets: tensors that share their rows. */
#include "data/dataset.h"
#include "format/column.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void end(void *object)
{
    bm_dataset *d = object;
    for (int i = 0; i < d->n_x; i++) bm_tensor_free(d->x[i].tensor);
    for (int i = 0; i < d->n_t; i++) bm_tensor_free(d->t[i].tensor);
    bm_tensor_free(d->weights);
    bmi_object_free(d->recipe);
    bmi_arena_end(&d->arena);
}

static const bmi_object_kind kind = { .name = "dataset", .end = end };
BMI_STATIC_FAILED(dataset, &kind);
BMI_OBJECT_VERBS(dataset)

bm_dataset *bmi_dataset_new(bm_context *context)
{
    bm_dataset *d = bmi_object_new(context, &kind, sizeof *d);
    if (!d) return &bmi_no_memory_dataset;
    d->arena.context = context;
    return d;
}

/* Checks that a tensor can join; the error is on d. */
static bool joins(bm_dataset *d, const bm_tensor *tensor, const char *what, bm_place here)
{
    char text[200];
    if (d->object.error.status) return false;
    if (bmi_object_failed(tensor)) {
        bmi_object_fail(d, bmi_object_status(tensor), here, "dataset: the %s failed before: %s", what,
                        bmi_object_error(tensor));
    } else if (tensor->shape.rank < 1) {
        bmi_object_fail(d, BM_E_SHAPE, here, "dataset: the %s is a single number; its first dimension must be the row", what);
    } else if (tensor->shape.dim[0] < 1) {
        bmi_object_fail(d, BM_E_DATA, here, "dataset: the %s is %s: there are no rows", what,
                        bmi_shape_text(text, &tensor->shape));
    } else if (d->rows && tensor->shape.dim[0] != d->rows) {
        bmi_object_fail(d, BM_E_SHAPE, here, "dataset: the %s is %s, the input has %" PRId64 " rows", what,
                        bmi_shape_text(text, &tensor->shape), d->rows);
    }
    return !d->object.error.status;
}

bm_status bmi_dataset_add(bm_dataset *d, bool target, bm_tensor *tensor, const char *name, bm_place here)
{
    char made[16];
    const char *what = target ? "target" : "input";
    int *n = target ? &d->n_t : &d->n_x;
    snprintf(made, sizeof made, *n ? "%s%d" : "%s", target ? "t" : "x", *n + 1);
    if (joins(d, tensor, what, here)) {
        if (*n == BM_DATASET_MAX) bmi_object_fail(d, BM_E_ARGUMENT, here, "dataset: more than %d %ss", BM_DATASET_MAX, what);
        const char *kept = d->object.error.status ? NULL : bmi_arena_text(&d->arena, name ? name : made);
        if (kept) {
            bmi_series *s = target ? &d->t[*n] : &d->x[*n];
            *s = (bmi_series){ .tensor = tensor, .name = kept, .scale = !target && tensor->type == BM_U8 ? 1. / 255 : 1 };
            ++*n;
            d->rows = tensor->shape.dim[0];
            return BM_OK;
        }
        if (!d->object.error.status) bmi_fail_memory(&d->object.error, here, 64, "a dataset");
    }
    bm_tensor_free(tensor);
    return d->object.error.status;
}

bm_status bmi_dataset_weigh(bm_dataset *d, bm_tensor *weights, bm_place here)
{
    if (joins(d, weights, "weights", here)) {
        if (weights->type != BM_F32 || weights->size != d->rows)
            bmi_object_fail(d, BM_E_TYPE, here, "dataset: weights are %s, %" PRId64 " of them; they must be f32, one a row",
                            bm_type_name(weights->type), weights->size);
        const float *w = weights->data;
        for (int64_t i = 0; !d->object.error.status && i < weights->size; i++)
            if (!(w[i] >= 0) || isinf(w[i]))
                bmi_object_fail(d, BM_E_NUMBER, here, "dataset: the weight of row %" PRId64 " is %g; it must be >= 0", i,
                                (double)w[i]);
    }
    if (d->object.error.status) bm_tensor_free(weights);
    else d->weights = weights;
    return d->object.error.status;
}

bm_status bmi_dataset_name_classes(bm_dataset *d, const char *const *names, int64_t n, bm_place here)
{
    if (d->object.error.status) return d->object.error.status;
    const char **kept = bmi_arena_alloc(&d->arena, (size_t)n, sizeof *kept);
    bool fine = kept;
    for (int64_t i = 0; fine && i < n; i++) fine = (kept[i] = bmi_arena_text(&d->arena, names[i] ? names[i] : ""));
    if (!fine) return bmi_fail_memory(&d->object.error, here, (size_t)n * 16, "class names");
    d->classes = kept;
    d->n_classes = n;
    return BM_OK;
}

/* One user more of a tensor that is borrowed from the caller; null stays null. */
static bm_tensor *keep(const bm_tensor *t)
{
    bm_tensor *kept;
    memcpy(&kept, &t, sizeof kept);
    return bmi_object_keep(kept);
}

/* Adds the inputs or targets of options; a null among them is an error, for those behind it would not be seen. */
static void add_all(bm_dataset *d, bool target, const bm_tensor *const tensors[], const char *const names[], bm_place here)
{
    for (int i = 0; i < BM_DATASET_MAX; i++) {
        if (!tensors[i]) continue;
        if (i && !tensors[i - 1])
            bmi_object_fail(d, BM_E_ARGUMENT, here, "dataset: %s %d is null, and one behind it is not",
                            target ? "target" : "input", i);
        bmi_dataset_add(d, target, keep(tensors[i]), names[i], here);
    }
}

bm_dataset *bm_dataset_new_at(const bm_dataset_options *options, size_t size, bm_place here)
{
    bm_dataset_options o;
    bmi_error e = { 0 };
    bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_dataset_options, named_), options, size);
    bm_dataset *d = bmi_dataset_new(e.status ? NULL : o.context);
    if (d->object.users < 0 || bmi_fail_from(&d->object.error, &e)) return d;
    add_all(d, false, o.x, o.x_names, here);
    if (!d->n_x) bmi_object_fail(d, BM_E_ARGUMENT, here, "dataset: it needs an input");
    add_all(d, true, o.t, o.t_names, here);
    if (o.weights) bmi_dataset_weigh(d, keep(o.weights), here);
    if (bmi_names_given(&d->object.error, here, "dataset: the list of class_names", o.class_names) && o.class_names.count)
        bmi_dataset_name_classes(d, o.class_names.at, (int64_t)o.class_names.count, here);
    return d;
}

bm_dataset *bm_dataset_from_at(const bm_tensor *x, const bm_tensor *t, bm_place here)
{
    const bm_dataset_options o = { .x = { x }, .t = { t } };
    return bm_dataset_new_at(&o, sizeof o, here);
}

static const bmi_series *series(const bm_dataset *d, bool target, int64_t i)
{
    if (!d || i < 0 || i >= (target ? d->n_t : d->n_x)) return NULL;
    return target ? &d->t[i] : &d->x[i];
}

int64_t bm_dataset_rows(const bm_dataset *d)
{
    return d ? d->rows : 0;
}
int64_t bm_dataset_classes(const bm_dataset *d)
{
    return d ? d->n_classes : 0;
}

const bm_tensor *bm_dataset_x(const bm_dataset *d, int64_t i)
{
    return series(d, false, i) ? d->x[i].tensor : NULL;
}
const bm_tensor *bm_dataset_t(const bm_dataset *d, int64_t i)
{
    return series(d, true, i) ? d->t[i].tensor : NULL;
}
const char *bm_dataset_x_name(const bm_dataset *d, int64_t i)
{
    return series(d, false, i) ? d->x[i].name : NULL;
}
const char *bm_dataset_t_name(const bm_dataset *d, int64_t i)
{
    return series(d, true, i) ? d->t[i].name : NULL;
}
const bm_tensor *bm_dataset_weights(const bm_dataset *d)
{
    return d ? d->weights : NULL;
}
const char *bm_dataset_class_name(const bm_dataset *d, int64_t i)
{
    return d && i >= 0 && i < d->n_classes ? d->classes[i] : NULL;
}

bm_dataset_counted bm_dataset_counts(const bm_dataset *d)
{
    return d ? d->counted : (bm_dataset_counted){ 0 };
}
