// SPDX-License-Identifier: Apache-2.0
/* Datasets by name: images in IDX files, NPZ and NPY files, generators, and tables through the default recipe. */
#include "data/recipe.h"
#include "data/sets.h"
#include "format/idx.h"
#include "format/npy.h"
#include <inttypes.h>
#include <string.h>

static bool ends_in(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && !strcmp(text + n - m, end);
}

static bool is_npy(const char *path)
{
    return ends_in(path, ".npy") || ends_in(path, ".npy.gz");
}

static bm_dataset *failed_dataset(bm_context *context, const bmi_error *e)
{
    bm_dataset *d = bmi_dataset_new(context);
    if (d->object.users >= 0) bmi_fail_from(&d->object.error, e);
    return d;
}

/* Class labels as i32, whatever integers they were. Takes t. */
static bm_tensor *labels_i32(bmi_error *e, bm_tensor *t, bm_place here)
{
    if (!t || t->type == BM_I32 || t->type == BM_F32 || t->type == BM_F64) return t;
    bm_tensor *made = bmi_tensor_make(t->object.context, BM_I32, t->shape, true, here);
    if (!bmi_fail_from(e, &made->object.error))
        for (int64_t i = 0; i < t->size; i++) {
            const double label = bm_tensor_at(t, i);
            if (!(label >= INT32_MIN && label <= INT32_MAX))
                bmi_fail(e, BM_E_DATA, here, "label %" PRId64 " is %g, which is no class number", i, label);
            else ((int32_t *)made->data)[i] = (int32_t)label;
        }
    bm_tensor_free(t);
    if (!e->status) return made;
    bm_tensor_free(made);
    return NULL;
}

static void with_channel(bm_tensor *images) /* (rows, height, width) gets one channel */
{
    if (images && images->shape.rank == 3) images->shape.dim[images->shape.rank++] = 1;
}

/* Joins x and t (taken; null t: none) to a dataset, or hands the error on. */
static bm_dataset *join(bm_context *context, bmi_error *e, bm_tensor *x, bm_tensor *t, bm_place here)
{
    bm_dataset *d = failed_dataset(context, e);
    if (e->status || !x) {
        bm_tensor_free(x);
        bm_tensor_free(t);
        return d;
    }
    if (bmi_dataset_add(d, false, x, NULL, here)) bm_tensor_free(t);
    else if (t) bmi_dataset_add(d, true, t, NULL, here);
    return d;
}

/* One file of a set of images, with or without .gz. */
static bm_tensor *read_part(bmi_error *e, bm_place here, const bm_load_options *o, const bmi_set *set, const char *part,
                            const char *what)
{
    char file[200], path[4096];
    if (e->status) return NULL;
    snprintf(file, sizeof file, "%s/%s-%s-ubyte", set->file, strcmp(part, "train") ? "t10k" : "train", what);
    if (!bmi_set_path(o->data, file, path)) {
        const size_t n = strlen(file);
        snprintf(file + n, sizeof file - n, ".gz");
        if (!bmi_set_path(o->data, file, path)) {
            bmi_fail(e, BM_E_DATA, here, "%s was not found: looked for %s in %s; say where by BAEUM_DATA", o->name, file, path);
            return NULL;
        }
    }
    return bmi_idx_read(e, here, o->context, path);
}

static bm_dataset *load_images(const bm_load_options *o, const bmi_set *set, const char *part, bm_place here)
{
    static const char *const names[] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" };
    static const char *const clothes[] = { "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                           "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot" };
    bmi_error e = { 0 };
    bm_tensor *images = read_part(&e, here, o, set, part, "images-idx3");
    bm_tensor *labels = labels_i32(&e, read_part(&e, here, o, set, part, "labels-idx1"), here);
    with_channel(images);
    bm_dataset *d = join(o->context, &e, images, labels, here);
    bmi_dataset_name_classes(d, strcmp(o->name, "mnist") ? clothes : names, 10, here);
    return d;
}

/* The member of one of the usual names, or null. */
static bm_tensor **member(bmi_npz *z, const char *const names[3])
{
    for (int k = 0; k < 3 && names[k]; k++)
        for (size_t i = 0; i < z->n; i++)
            if (!strcmp(z->members[i].name, names[k])) return &z->members[i].tensor;
    return NULL;
}

static bm_dataset *load_npz(const bm_load_options *o, const char *part, bm_place here)
{
    static const char *const names[2][2][3] = { { { "x_train", "x", "X" }, { "y_train", "y", "t" } },
                                                { { "x_test", NULL, NULL }, { "y_test", NULL, NULL } } };
    const bool test = !strcmp(part, "test");
    bmi_error e = { 0 };
    bmi_npz z;
    bmi_npz_read(&e, here, o->context, o->name, &z);
    bm_tensor **x = member(&z, names[test][0]), **t = member(&z, names[test][1]), *taken[2] = { NULL, NULL };
    if (!e.status && !x)
        bmi_fail(&e, BM_E_DATA, here, "%s has no array %s%s", o->name, names[test][0][0], test ? "" : ", x or X");
    if (!e.status) {
        taken[0] = bmi_object_keep(*x);
        taken[1] = t ? labels_i32(&e, bmi_object_keep(*t), here) : NULL;
        if (taken[0]->type == BM_U8) with_channel(taken[0]);
    }
    bmi_npz_end(&z);
    return join(o->context, &e, taken[0], taken[1], here);
}

static bm_dataset *load_array(const bm_load_options *o, bm_place here)
{
    bmi_error e = { 0 };
    bm_tensor *x = is_npy(o->name) ? bmi_npy_read(&e, here, o->context, o->name) : bmi_idx_read(&e, here, o->context, o->name);
    if (x && x->type == BM_U8) with_channel(x);
    return join(o->context, &e, x, NULL, here);
}

static bm_dataset *load_table(const bm_load_options *o, const bmi_set *set, bm_place here)
{
    const bm_csv_options csv = { .path = o->name, .context = o->context };
    const char *target = o->target ? o->target : set ? set->target : NULL;
    bm_table *t = bmi_table_load(&csv, o->data, here);
    const bm_recipe_options how = { .target = target, .context = o->context, .keep_constant = set && set->pixels };
    bm_recipe *r = bm_recipe_new_at(&how, sizeof how, here);
    bmi_error e = { 0 };
    bm_dataset *d = NULL;
    for (int i = 0; set && set->leave_out[i]; i++)
        if (strcmp(set->leave_out[i], target)) bm_recipe_drop(r, set->leave_out[i]);
    if (t->object.error.status) bmi_fail_from(&e, &t->object.error);
    else if (bm_recipe_fit_at(r, t, (bm_rows){ 0 }, here)) bmi_fail_from(&e, &r->object.error);
    d = e.status ? failed_dataset(o->context, &e)
                 : bmi_recipe_apply(r, t, (bm_rows){ 0 }, target ? BMI_WANT_TARGET : BMI_WANT_NONE, here);
    if (!d->object.error.status) bmi_dataset_keep_recipe(d, r);
    bm_recipe_free(r);
    bm_table_free(t);
    return d;
}

static bm_dataset *load_generated(const bm_load_options *o, const bmi_generator *g, bm_place here)
{
    bmi_error e = { 0 };
    const double noise = o->noise == (double)BM_ZERO ? 0 : o->noise == 0 ? g->noise : o->noise;
    if (o->rows < 0) bmi_fail(&e, BM_E_ARGUMENT, here, "%s: rows is %" PRId64 ", it must be > 0", o->name, o->rows);
    if (!(noise >= 0 && noise <= 1e6)) bmi_fail(&e, BM_E_ARGUMENT, here, "%s: noise is %g, it must be >= 0", o->name, noise);
    return e.status ? failed_dataset(o->context, &e)
                    : bmi_generate(o->context, g, o->rows ? o->rows : 200, (uint64_t)o->seed, noise, here);
}

bm_dataset *bm_dataset_load_at(const bm_load_options *options, size_t size, bm_place here)
{
    bm_load_options o;
    bmi_error e = { 0 };
    if (!bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_load_options, named_), options, size) && !o.name)
        bmi_fail(&e, BM_E_ARGUMENT, here, "no name of a data set is given");
    if (e.status) return failed_dataset(NULL, &e);
    const char *part = o.part ? o.part : "train";
    const bmi_set *set = bmi_set_find(o.name);
    const bmi_generator *generator = bmi_kind_find("generator", o.name);
    const bool npz = ends_in(o.name, ".npz");
    if (strcmp(part, "train") && strcmp(part, "test"))
        bmi_fail(&e, BM_E_ARGUMENT, here, "part is \"%.40s\"; a set has the parts \"train\" and \"test\"", part);
    else if (o.part && !npz && !(set && set->images) && !strcmp(part, "test"))
        bmi_fail(&e, BM_E_ARGUMENT, here, "%.200s comes in one part; split it (bm_dataset_split)", o.name);
    if (e.status) return failed_dataset(o.context, &e);
    if (generator) return load_generated(&o, generator, here);
    if (set && set->images) return load_images(&o, set, part, here);
    if (npz) return load_npz(&o, part, here);
    if (is_npy(o.name) || strstr(o.name, "-ubyte") || ends_in(o.name, ".idx") || ends_in(o.name, ".idx.gz"))
        return load_array(&o, here);
    return load_table(&o, set, here);
}
