// SPDX-License-Identifier: Apache-2.0
/* Safetensors files: named tensors and a map of texts, the form in which models are saved.
 *
 * Layout: 8 bytes with the length of the header (little endian), the header (JSON, padded with blanks to a multiple of 8), then the
 * tensors one behind the other without gaps. The header maps each name to {"dtype", "shape", "data_offsets": [begin, end]},
 * offsets counted from the end of the header; "__metadata__" maps texts to texts.
 */
#ifndef BMI_FORMAT_SAFETENSORS_H
#define BMI_FORMAT_SAFETENSORS_H
#include "base/memory.h"
#include <baeum/tensor.h>

/* Types that the format knows; those without a bm_type can be carried but not computed with. */
typedef enum bmi_st_type {
    BMI_ST_F64 = 1,
    BMI_ST_I64,
    BMI_ST_U64,
    BMI_ST_F32,
    BMI_ST_I32,
    BMI_ST_U32,
    BMI_ST_F16,
    BMI_ST_BF16,
    BMI_ST_I16,
    BMI_ST_U16,
    BMI_ST_U8,
    BMI_ST_I8,
    BMI_ST_BOOL,
    BMI_ST_F8_E4M3,
    BMI_ST_F8_E5M2,
    BMI_ST_TYPE_COUNT
} bmi_st_type;
bmi_st_type bmi_st_of(bm_type type);
bm_type bmi_st_to(bmi_st_type type); /* 0: none */
const char *bmi_st_name(bmi_st_type type);
size_t bmi_st_size(bmi_st_type type);

typedef struct bmi_st_entry {
    const char *name;
    bmi_st_type type;
    bm_shape shape;
    const void *data;
    size_t bytes; /* set by reading; ignored by writing */
} bmi_st_entry;

typedef struct bmi_st_text { /* one row of __metadata__ */
    const char *key, *value;
} bmi_st_text;

/* Writes a file, atomically; equal input gives equal bytes. Tensors are laid out by falling element size, then by name, so that
 * each is aligned to its element. Errors: BM_E_ARGUMENT a name twice, empty, not UTF-8 or "__metadata__"; BM_E_SHAPE;
 * BM_E_FILE; BM_E_MEMORY. */
bm_status bmi_safetensors_write(bmi_error *e, bm_place here, bm_context *context, const char *path, const bmi_st_entry *entries,
                                size_t n, const bmi_st_text *texts, size_t n_texts);

/* A file that was read: entries and texts in order of name, data pointing into the file's bytes. */
typedef struct bmi_safetensors {
    bm_context *context;
    bmi_arena arena;
    unsigned char *owned;
    size_t size;
    size_t n, n_texts;
    bmi_st_entry *entries;
    bmi_st_text *texts;
} bmi_safetensors;

/* Reads and checks a whole file. Errors: BM_E_FILE; BM_E_FORMAT the header is no JSON of this form, offsets that overlap, leave holes,
 * do not fit type and shape or lie outside the file; BM_E_UNSUPPORTED rank > 8; BM_E_MEMORY. On failure nothing is left. */
bm_status bmi_safetensors_read(bmi_error *e, bm_place here, bm_context *context, const char *path, bmi_safetensors *out);
/* The same over bytes in memory, borrowed as long as `out` is used. */
bm_status bmi_safetensors_parse(bmi_error *e, bm_place here, bm_context *context, const char *name, const void *bytes,
                                size_t size, bmi_safetensors *out);
void bmi_safetensors_end(bmi_safetensors *s);

/* By name; null when there is none. */
const bmi_st_entry *bmi_safetensors_find(const bmi_safetensors *s, const char *name);
const char *bmi_safetensors_text(const bmi_safetensors *s, const char *key);

#endif
