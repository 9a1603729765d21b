// SPDX-License-Identifier: Apache-2.0
/* Cutting reductions into pieces: by results where there are many, else also along n. */
#include "kernels/cpu/reduce_bound.h"

BMI_VARIANTS(bmi_reduce_rows_body, bmi_reduce_rows);
BMI_VARIANTS(bmi_reduce_columns_body, bmi_reduce_columns);
BMI_VARIANTS(bmi_reduce_rows_body, bmi_argmax_rows);
BMI_VARIANTS(bmi_reduce_columns_body, bmi_argmax_columns);
BMI_VARIANTS(bmi_reduce_join_body, bmi_reduce_join);
BMI_VARIANTS(bmi_reduce_end_body, bmi_reduce_end);
static bmi_reduce_rows_body *const rows_of[BMI_ISA_COUNT][BMI_REAL_COUNT] = BMI_VARIANT_TABLE(bmi_reduce_rows);
static bmi_reduce_columns_body *const columns_of[BMI_ISA_COUNT][BMI_REAL_COUNT] = BMI_VARIANT_TABLE(bmi_reduce_columns);
static bmi_reduce_rows_body *const argmax_rows_of[BMI_ISA_COUNT][BMI_REAL_COUNT] = BMI_VARIANT_TABLE(bmi_argmax_rows);
static bmi_reduce_columns_body *const argmax_columns_of[BMI_ISA_COUNT][BMI_REAL_COUNT] = BMI_VARIANT_TABLE(bmi_argmax_columns);
static bmi_reduce_join_body *const join_of[BMI_ISA_COUNT][BMI_REAL_COUNT] = BMI_VARIANT_TABLE(bmi_reduce_join);
static bmi_reduce_end_body *const end_of[BMI_ISA_COUNT][BMI_REAL_COUNT] = BMI_VARIANT_TABLE(bmi_reduce_end);

enum { ENOUGH_UNITS = 16, SMALL = 32 * 1024, PIECES = 64 };

static size_t size_of(bmi_real real)
{
    return real == BMI_REAL_F32 ? 4 : 8;
}

/* Pieces along the results and along n. They depend on the shape alone. */
static void cut(const bmi_reduce_spec *s, bmi_reduce *r)
{
    const int64_t strips = (s->inner + BMI_REDUCE_STRIP - 1) / BMI_REDUCE_STRIP;
    r->units = s->outer * (s->inner == 1 ? 1 : strips);
    r->chunk = s->n;
    r->chunks = 1;
    if (s->kind == BMI_REDUCE_ARGMAX || s->kind == BMI_REDUCE_LOGSUMEXP || r->units >= ENOUGH_UNITS) return;
    if (s->outer * s->n * s->inner < SMALL) return;
    int64_t chunk = BMI_REDUCE_BLOCK * (s->inner > 1 ? 1 : s->real == BMI_REAL_F32 ? 16 : 8);
    while ((s->n + chunk - 1) / chunk * r->units > PIECES || chunk * s->inner < SMALL / 4) chunk *= 2;
    r->chunk = chunk;
    r->chunks = (s->n + chunk - 1) / chunk;
}

static size_t scratch_bytes(const bmi_reduce *r, const bmi_reduce_spec *s)
{
    return r->chunks > 1 ? bmi_whole_lines((size_t)(r->chunks * s->outer * s->inner) * size_of(s->real)) : 0;
}

size_t bmi_reduce_bytes(const bmi_reduce_spec *s)
{
    bmi_reduce r;
    cut(s, &r);
    return bmi_whole_lines(sizeof r) + scratch_bytes(&r, s);
}

const bmi_reduce *bmi_reduce_bind(void *memory, const bmi_reduce_spec *s, bmi_isa isa)
{
    bmi_reduce *r = memory;
    r->spec = *s, r->isa = isa;
    if (r->spec.scale == 0) r->spec.scale = 1;
    cut(s, r);
    r->scratch = (char *)memory + bmi_whole_lines(sizeof *r);
    return r;
}

int bmi_reduce_parts(const bmi_reduce *r)
{
    const int64_t elements = r->spec.outer * r->spec.n * r->spec.inner, pieces = r->units * r->chunks;
    int64_t parts = elements / SMALL;
    parts = parts > pieces ? pieces : parts;
    return parts < 2 ? 1 : parts > 256 ? 256 : (int)parts;
}

static void end(const bmi_reduce *r, char *y, int64_t results)
{
    if (r->spec.kind == BMI_REDUCE_ARGMAX || (r->spec.scale == 1 && !r->spec.root)) return;
    end_of[r->isa][r->spec.real](y, results, r->spec.scale, r->spec.root);
}

/* Rows [first, last) of one chunk. */
static void run_rows(const bmi_reduce *r, int64_t chunk, int64_t first, int64_t last)
{
    const bmi_reduce_spec *s = &r->spec;
    const size_t size = size_of(s->real);
    const int64_t n = chunk == r->chunks - 1 ? s->n - chunk * r->chunk : r->chunk;
    const char *x = (const char *)s->x + (size_t)(first * s->n + chunk * r->chunk) * size;
    char *y = r->chunks > 1 ? (char *)r->scratch + (size_t)(chunk * s->outer + first) * size
                            : (char *)s->y + (size_t)first * (s->kind == BMI_REDUCE_ARGMAX ? sizeof(int64_t) : size);
    (s->kind == BMI_REDUCE_ARGMAX ? argmax_rows_of : rows_of)[r->isa][s->real](s->kind, x, last - first, n, s->n, y);
    if (r->chunks == 1) end(r, y, last - first);
}

/* One strip of columns of one chunk, `strip` of outer index `outer`. */
static void run_strip(const bmi_reduce *r, int64_t chunk, int64_t outer, int64_t strip)
{
    const bmi_reduce_spec *s = &r->spec;
    const size_t size = size_of(s->real);
    const int64_t first = strip * BMI_REDUCE_STRIP,
                  cols = s->inner - first < BMI_REDUCE_STRIP ? s->inner - first : BMI_REDUCE_STRIP;
    const int64_t n = chunk == r->chunks - 1 ? s->n - chunk * r->chunk : r->chunk, at = outer * s->inner + first;
    const char *x = (const char *)s->x + (size_t)((outer * s->n + chunk * r->chunk) * s->inner + first) * size;
    char *y = r->chunks > 1 ? (char *)r->scratch + (size_t)(chunk * s->outer * s->inner + at) * size
                            : (char *)s->y + (size_t)at * (s->kind == BMI_REDUCE_ARGMAX ? sizeof(int64_t) : size);
    (s->kind == BMI_REDUCE_ARGMAX ? argmax_columns_of : columns_of)[r->isa][s->real](s->kind, x, n, cols, s->inner, y);
    if (r->chunks == 1) end(r, y, cols);
}

/* All of it, when nothing is cut along n: a small reduction has no time for divisions. */
static void run_whole(const bmi_reduce *r)
{
    const bmi_reduce_spec *s = &r->spec;
    if (s->inner == 1) {
        if (r->units > 0) run_rows(r, 0, 0, r->units);
        return;
    }
    for (int64_t outer = 0; outer < s->outer; outer++)
        for (int64_t strip = 0; strip * BMI_REDUCE_STRIP < s->inner; strip++) run_strip(r, 0, outer, strip);
}

void bmi_reduce_run(const void *args, int part, int parts)
{
    const bmi_reduce *r = args;
    if (parts == 1 && r->chunks == 1) {
        run_whole(r);
        return;
    }
    const int64_t strips = (r->spec.inner + BMI_REDUCE_STRIP - 1) / BMI_REDUCE_STRIP;
    const int64_t pieces = r->units * r->chunks;
    const int64_t first = pieces * part / parts, last = pieces * (part + 1) / parts;
    for (int64_t i = first; i < last;) {
        const int64_t chunk = i / r->units, unit = i % r->units;
        int64_t more = r->units - unit < last - i ? r->units - unit : last - i;
        if (r->spec.inner == 1) run_rows(r, chunk, unit, unit + more);
        else run_strip(r, chunk, unit / strips, unit % strips), more = 1;
        i += more;
    }
}

static void finish(const void *args, int part, int parts)
{
    const bmi_reduce *r = args;
    const int64_t results = r->spec.outer * r->spec.inner;
    (void)parts;
    if (part) return;
    join_of[r->isa][r->spec.real](r->spec.kind, r->scratch, r->chunks, results, r->spec.y);
    end(r, r->spec.y, results);
}

bmi_kernel bmi_reduce_finish(const bmi_reduce *r)
{
    return r->chunks > 1 ? finish : NULL;
}
