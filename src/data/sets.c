// SPDX-License-Identifier: Apache-2.0
/* Where data sets lie, and tables by name. */
#include "data/sets.h"
#include "base/fields.h"
#include "base/library.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef BAEUM_SHARE
#define BAEUM_SHARE "/usr/local/share/baeum"
#endif

static const bmi_set iris = { "iris.csv", "Species", false, "150 flowers of three kinds by four lengths" };
/* Matched cases and controls: R's page of infert has stratum as the number of the matched set and pooled.stratum as that of pooled
 * sets. They are how the study was made, not what is known of a woman. */
static const bmi_set infert = { .file = "infert.csv",
                                .target = "case",
                                .doc = "248 women, with infertility (1) or without",
                                .leave_out = { "stratum", "pooled.stratum" },
                                .why = "they number the groups in which cases were matched with controls" };
static const bmi_set creditcard = { "creditcard.csv", "card", false, "1,319 applications for a credit card" };
static const bmi_set digits = { "digits.csv", "label", false, "1,797 handwritten digits of 8 by 8 pixels", NULL, true };
static const bmi_set mnist = { "mnist", NULL, true, "70,000 handwritten digits of 28 by 28 pixels",
                               "https://storage.googleapis.com/cvdf-datasets/mnist/" };
static const bmi_set fashion = { "fashion-mnist", NULL, true, "70,000 pieces of clothing of 28 by 28 pixels",
                                 "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/" };
const bmi_kind bmi_kinds_sets[] = {
    { "set", "iris", &iris },
    { "set", "infert", &infert },
    { "set", "creditcard", &creditcard },
    { "set", "digits", &digits },
    { "set", "mnist", &mnist },
    { "set", "fashion-mnist", &fashion },
    { 0 },
};

const bmi_set *bmi_set_find(const char *name)
{
    return bmi_kind_find("set", name);
}

/* Tries one folder; appends it to the list of those looked at. */
static bool in_folder(const char *folder, const char *file, char into[4096], char looked[2048])
{
    const size_t used = strlen(looked);
    snprintf(looked + used, 2048 - used, "%s%.1000s", used ? ", " : "", folder);
    snprintf(into, 4096, "%s/%s", folder, file);
    return access(into, R_OK) == 0;
}

/* Tries the folders that lie near one that a program or the library was loaded from: as installed, and in a build folder. */
static bool near_folder(const char *folder, const char *file, char into[4096], char looked[2048])
{
    static const char *const places[] = { "../share/baeum", "../../share/baeum", "../data", "data", "../../data" };
    char near[3500];
    for (size_t i = 0; i < BMI_COUNT(places); i++) {
        snprintf(near, sizeof near, "%s/%s", folder, places[i]);
        if (in_folder(near, file, into, looked)) return true;
    }
    return false;
}

/* The folder of the running program. */
static bool program_folder(size_t size, char into[])
{
    const ssize_t n = readlink("/proc/self/exe", into, size - 1);
    if (n <= 0) return false;
    into[n] = 0;
    char *slash = strrchr(into, '/');
    if (slash) *slash = 0;
    return slash;
}

bool bmi_set_path(const char *folder, const char *file, char into[4096])
{
    char looked[2048] = "", near[3000];
    const char *data = folder ? folder : getenv("BAEUM_DATA");
    if (data && *data && in_folder(data, file, into, looked)) return true;
    if (!folder) {
        if (in_folder(BAEUM_SHARE, file, into, looked)) return true;
        if (bmi_library_folder(sizeof near, near) && near_folder(near, file, into, looked)) return true;
        if (program_folder(sizeof near, near) && near_folder(near, file, into, looked)) return true;
    }
    snprintf(into, 4096, "%s", looked);
    return false;
}

static bm_table *failed_table(bm_context *context, const bmi_error *e)
{
    bm_table *t = bmi_table_new(context);
    if (t->object.users >= 0) bmi_fail_from(&t->object.error, e);
    return t;
}

/* What stands behind a generator's name. */
typedef struct generated {
    int64_t rows, seed;
    double noise;
} generated;
static const bmi_field generated_fields[] = {
    BMI_INT_FIELD(generated, rows, 1, 1e8, 200, "rows to make"),
    BMI_REAL_FIELD(generated, noise, 0, 1e6, -1, "standard deviation of the noise; default: the generator's own"),
    BMI_INT_FIELD(generated, seed, 0, 9e15, 0, "of the noise"),
    { 0 },
};

static bm_table *generate(const bm_csv_options *o, const bmi_generator *g, const char *name, const char *settings,
                          bm_place here)
{
    generated how = { 0 };
    bmi_error e = { 0 };
    bmi_arena arena = { .context = o->context };
    if (*settings) bmi_fields_parse(&e, here, name, generated_fields, &how, settings + 1, &arena);
    if (!e.status) bmi_fields_settle(&e, here, name, generated_fields, &how);
    bmi_arena_end(&arena);
    if (e.status) return failed_table(o->context, &e);
    bm_table *t = bmi_generate_table(o->context, g, how.rows, (uint64_t)how.seed, how.noise < 0 ? g->noise : how.noise, here);
    if (!t->object.error.status && !(t->name = bmi_text_copy(t->object.context, o->path)))
        bmi_fail_memory(&t->object.error, here, 16, "the name of a table");
    return t;
}

bm_table *bmi_table_load(const bm_csv_options *o, const char *folder, bm_place here)
{
    const bmi_set *set = bmi_set_find(o->path);
    char path[4096], name[64];
    bmi_error e = { 0 };
    const size_t n = strcspn(o->path, ":");
    snprintf(name, sizeof name, "%.*s", n < 63 ? (int)n : 63, o->path);
    const bmi_generator *generator = bmi_kind_find("generator", name);
    if (generator) return generate(o, generator, name, o->path + n, here);
    if (set && set->images) {
        bmi_fail(&e, BM_E_DATA, here, "%s is a set of images, no table", o->path);
        return failed_table(o->context, &e);
    }
    if (!set && !strchr(o->path, '/') && !strchr(o->path, '.') && strcmp(o->path, "-") && access(o->path, F_OK)) {
        const char *near = bmi_kind_nearest("set", o->path);
        if (!near) near = bmi_kind_nearest("generator", o->path);
        bmi_fail(&e, BM_E_DATA, here, "there is no data set and no file \"%.200s\"%s%s%s", o->path,
                 near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
        return failed_table(o->context, &e);
    }
    bm_csv_options found = *o;
    if (set) {
        if (!bmi_set_path(folder, set->file, path)) {
            bmi_fail(&e, BM_E_DATA, here, "%s was not found: looked for %s in %s", o->path, set->file, path);
            return failed_table(o->context, &e);
        }
        found.path = path;
    }
    return bm_table_read_csv_at(&found, sizeof found, here);
}

bm_table *bm_table_load_at(const bm_csv_options *options, size_t size, bm_place here)
{
    bm_csv_options o;
    bmi_error e = { 0 };
    if (!bmi_options_copy(&e, here, &o, sizeof o, offsetof(bm_csv_options, named_), options, size) && !o.path)
        bmi_fail(&e, BM_E_ARGUMENT, here, "no name of a table is given");
    return e.status ? failed_table(NULL, &e) : bmi_table_load(&o, NULL, here);
}

bool bm_set_at(int64_t i, bm_set_about *into)
{
    static const char *const families[] = { "set", "generator" };
    char path[4096], file[200];
    for (int f = 0; into && f < 2 && i >= 0; f++)
        for (size_t k = 0;; k++, i--) {
            const bmi_kind *kind = bmi_kind_at(families[f], k);
            if (!kind) break;
            if (i) continue;
            if (f) {
                const bmi_generator *g = kind->record;
                *into = (bm_set_about){ kind->name, "generator", g->classes ? "label" : "y", g->doc, true };
                return true;
            }
            const bmi_set *set = kind->record;
            *into = (bm_set_about){ kind->name, set->images ? "images" : "table", set->target, set->doc, false };
            for (int z = 0; z < 2 && !into->found; z++) {
                snprintf(file, sizeof file, "%s%s%s", set->file, set->images ? "/train-images-idx3-ubyte" : "", z ? ".gz" : "");
                into->found = bmi_set_path(NULL, file, path);
            }
            return true;
        }
    return false;
}
