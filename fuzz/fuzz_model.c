// SPDX-License-Identifier: Apache-2.0
/* Fuzz target: model files. When the first byte is even the rest is the file. Else it is the texts of a file's metadata, one a line -
 * "model", "training", "task", "recipe" - and the file is built around them with weights of the types and shapes that the structure wants;
 * when the second bit is set, with what the optimiser keeps, too.
 */
#include "base/json.h"
#include "data/recipe.h"
#include "format/safetensors.h"
#include "fuzz.h"
#include "model/model.h"
#include "tensor/tensor.h"
#include <math.h>
#include <string.h>

enum { ROOM = 1 << 16, MOST = 1 << 14 };
static uint8_t file[ROOM];

static bm_model *load(size_t size)
{
    bm_model *m = bm_load(fuzz_file(file, size), .context = fuzz_context());
    fuzz_check(bm_failed(m) == (*bm_error(m) != 0));
    return m;
}

/* What a file without weights would want: a model of the structure alone. The last one is kept, for most mutations change other texts. */
static const bm_model *structure(const uint8_t *text, size_t n)
{
    static uint8_t last[MOST];
    static size_t length;
    static bm_model *m;
    bmi_error e = { 0 };
    if (m && n == length && !memcmp(text, last, n)) return m;
    bm_free(m);
    m = bmi_model_new(fuzz_context(), (bm_place){ 0 });
    json_t *json = bmi_json_read(&e, (bm_place){ 0 }, fuzz_context(), "f", (const char *)text, n);
    if (json) bmi_model_load_layers(m, json, NULL, false, "f", (bm_place){ 0 });
    json_decref(json);
    memcpy(last, text, length = n);
    return m;
}

/* Rows of the header for the variables of a network; the bytes they take, or SIZE_MAX for more than the file has room for. */
static size_t add_variables(json_t *header, const bm_model *m, bool training)
{
    size_t at = 0;
    for (size_t i = 0; i < bmi_network_variables(m->network, training); i++) {
        const char *name;
        const bm_node node = bmi_network_variable(m->network, i, &name);
        const bm_shape shape = bm_node_shape(node);
        json_t *dims = json_array();
        size_t bytes = bm_type_size(bm_node_type(node));
        for (int64_t d = 0; d < shape.rank; d++) {
            json_array_append_new(dims, json_integer(shape.dim[d]));
            if (shape.dim[d] < 0 || !bmi_mul_size(bytes, (size_t)shape.dim[d], &bytes)) bytes = MOST + 1;
        }
        json_object_set_new(header, name,
                            json_pack("{s:s, s:o, s:[I, I]}", "dtype", bmi_st_name(bmi_st_of(bm_node_type(node))), "shape",
                                      dims, "data_offsets", (json_int_t)at, (json_int_t)(at + bytes)));
        if (bytes > MOST || (at += bytes) > MOST) return SIZE_MAX;
    }
    if (training) {
        json_object_set_new(header, "training/state",
                            json_pack("{s:s, s:[i], s:[I, I]}", "dtype", "U64", "shape", 2, "data_offsets", (json_int_t)at,
                                      (json_int_t)(at + 16)));
        at += 16;
    }
    return at;
}

/* Writes the file around the texts; 0 when it does not go. */
static size_t build(json_t *texts, const bm_model *m, bool training)
{
    bmi_text text = { .context = NULL };
    json_t *header = json_pack("{s:O}", "__metadata__", texts);
    const size_t bytes = bm_failed(m) || !m->network ? 0 : add_variables(header, m, training);
    size_t size = 0;
    if (bytes != SIZE_MAX && bmi_text_json(&text, header, JSON_COMPACT) && text.length + bytes + 16 < ROOM) {
        while (text.length % 8) bmi_text_add(&text, " ");
        for (int i = 0; i < 8; i++) file[i] = (uint8_t)((uint64_t)text.length >> 8 * i);
        memcpy(file + 8, text.at, text.length);
        memset(file + 8 + text.length, 0, bytes);
        size = 8 + text.length + bytes;
    }
    bmi_text_end(&text);
    json_decref(header);
    return size;
}

/* What a loaded model tells. */
static void look(bm_model *m)
{
    if (bm_failed(m)) return;
    for (int64_t i = 0; i < bm_model_classes(m); i++) fuzz_check(bm_model_class_name(m, i) != NULL);
    for (int64_t i = 0; i < bm_model_weights(m); i++) fuzz_check(bm_model_weight(m, bm_model_weight_name(m, i)) != NULL);
    bm_history(m, "loss", bm_history_epochs(m) - 1);
}

static void load_built(const uint8_t *bytes, size_t size, bool training)
{
    static const char *const keys[] = { "model", "training", "task", "recipe" };
    json_t *texts = json_object();
    const bm_model *m = NULL;
    for (size_t i = 0; i < 4 && size; i++) {
        const uint8_t *line = memchr(bytes, '\n', size);
        const size_t n = line ? (size_t)(line - bytes) : size;
        if (i == 0) m = structure(bytes, n);
        if (n) json_object_set_new(texts, keys[i], json_stringn((const char *)bytes, n)); /* not what is no UTF-8 */
        bytes += line ? n + 1 : n;
        size -= line ? n + 1 : n;
    }
    size = m ? build(texts, m, false) : 0;
    bm_model *loaded = size ? load(size) : NULL;
    if (loaded) look(loaded);
    if (training && loaded && !bm_failed(loaded) && loaded->network && (size = build(texts, loaded, true))) {
        bm_model *checkpoint = load(size);
        look(checkpoint);
        bm_free(checkpoint);
    }
    bm_free(loaded);
    json_decref(texts);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (!size || size > MOST) return 0;
    if (bytes[0] & 1) {
        load_built(bytes + 1, size - 1, bytes[0] & 2);
        return 0;
    }
    memcpy(file, bytes + 1, size - 1);
    bm_model *m = load(size - 1);
    look(m);
    bm_free(m);
    return 0;
}
