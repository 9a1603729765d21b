// SPDX-License-Identifier: Apache-2.0
/* Strided copies. A transpose goes in squares of 16 x 16 elements: each line of memory that is read is used up while it is in L1. */
#include "kernels/cpu/copy.h"
#include <string.h>

enum { SQUARE = 16, PART_BYTES = 128 * 1024 };

static void swap_dims(bmi_copy_spec *s, int a, int b)
{
    const int64_t d = s->dim[a], t = s->to_stride[a], f = s->from_stride[a];
    s->dim[a] = s->dim[b], s->to_stride[a] = s->to_stride[b], s->from_stride[a] = s->from_stride[b];
    s->dim[b] = d, s->to_stride[b] = t, s->from_stride[b] = f;
}

/* Larger steps of writing outside; where those are equal the order stays. */
static void order_dims(bmi_copy_spec *s)
{
    for (int i = 1; i < s->rank; i++)
        for (int j = i; j > 0 && s->to_stride[j - 1] < s->to_stride[j]; j--) swap_dims(s, j - 1, j);
}

static void join_dims(bmi_copy_spec *s)
{
    int n = 0;
    for (int d = 0; d < s->rank; d++) {
        if (s->dim[d] == 1) continue;
        if (n && s->to_stride[n - 1] == s->to_stride[d] * s->dim[d] && s->from_stride[n - 1] == s->from_stride[d] * s->dim[d]) {
            s->dim[n - 1] *= s->dim[d], s->to_stride[n - 1] = s->to_stride[d], s->from_stride[n - 1] = s->from_stride[d];
        } else {
            s->dim[n] = s->dim[d], s->to_stride[n] = s->to_stride[d], s->from_stride[n] = s->from_stride[d];
            n++;
        }
    }
    for (; n < 2; n++) { /* one in front */
        memmove(s->dim + 1, s->dim, (size_t)n * sizeof *s->dim);
        memmove(s->to_stride + 1, s->to_stride, (size_t)n * sizeof *s->to_stride);
        memmove(s->from_stride + 1, s->from_stride, (size_t)n * sizeof *s->from_stride);
        s->dim[0] = 1, s->to_stride[0] = s->from_stride[0] = 0;
    }
    s->rank = n;
}

void bmi_copy_bind(bmi_copy *c, const bmi_copy_spec *spec)
{
    bmi_copy_spec *s = &c->spec;
    *s = *spec;
    c->runs = 1;
    for (int d = 0; d < s->rank; d++)
        if (s->dim[d] == 0) c->runs = 0;
    order_dims(s);
    join_dims(s);
    const int run = s->rank - 1, line = run - 1;
    /* the reader's unit step goes next to the writer's */
    for (int d = 0; d < line; d++)
        if (s->from_stride[d] == 1 && s->from_stride[run] != 1) swap_dims(s, d, line);
    c->tiled = s->from_stride[line] == 1 && s->from_stride[run] > 1 && s->dim[line] >= 4 && s->dim[run] >= 4;
    for (int d = 0; d < run; d++) c->runs *= s->dim[d];
}

static inline void move(size_t size, char *to, const char *from)
{
    if (size == 4) memcpy(to, from, 4);
    else if (size == 8) memcpy(to, from, 8);
    else *to = *from;
}

/* n elements with steps in bytes; size is a constant after inlining. */
static inline void steps(size_t size, int64_t n, char *to, int64_t to_step, const char *from, int64_t from_step)
{
    for (int64_t i = 0; i < n; i++) move(size, to + i * to_step, from + i * from_step);
}

static void copy_run(size_t size, int64_t n, char *to, int64_t to_step, const char *from, int64_t from_step)
{
    const int64_t unit = (int64_t)size;
    if (to_step == unit && from_step == unit) memcpy(to, from, (size_t)n * size);
    else if (size == 1 && to_step == 1 && from_step == 0) memset(to, *(const unsigned char *)from, (size_t)n);
    else if (size == 4) steps(4, n, to, to_step, from, from_step);
    else if (size == 8) steps(8, n, to, to_step, from, from_step);
    else steps(1, n, to, to_step, from, from_step);
}

/* `lines` runs next to each other, of n elements each, in squares. */
static void copy_square(const bmi_copy_spec *s, int64_t lines, char *to, const char *from)
{
    const int run = s->rank - 1, line = run - 1;
    const int64_t unit = (int64_t)s->size, n = s->dim[run];
    for (int64_t j = 0; j < n; j += SQUARE)
        for (int64_t i = 0; i < lines; i++)
            copy_run(s->size, n - j < SQUARE ? n - j : SQUARE, to + (i * s->to_stride[line] + j * s->to_stride[run]) * unit,
                     s->to_stride[run] * unit, from + (i * s->from_stride[line] + j * s->from_stride[run]) * unit,
                     s->from_stride[run] * unit);
}

void bmi_copy_run(const void *args, int part, int parts)
{
    const bmi_copy *c = args;
    const bmi_copy_spec *s = &c->spec;
    const int run = s->rank - 1, line = run - 1;
    const int64_t unit = (int64_t)s->size, first = c->runs * part / parts, last = c->runs * (part + 1) / parts;
    for (int64_t r = first; r < last;) {
        int64_t left = r / s->dim[line], to = r % s->dim[line] * s->to_stride[line],
                from = r % s->dim[line] * s->from_stride[line];
        int64_t some = s->dim[line] - r % s->dim[line]; /* runs up to the end of this dimension */
        for (int d = line - 1; d >= 0; left /= s->dim[d], d--)
            to += left % s->dim[d] * s->to_stride[d], from += left % s->dim[d] * s->from_stride[d];
        if (some > last - r) some = last - r;
        if (c->tiled && some > SQUARE) some = SQUARE;
        char *at = (char *)s->to + to * unit;
        const char *source = (const char *)s->from + from * unit;
        if (c->tiled) copy_square(s, some, at, source);
        else
            for (int64_t i = 0; i < some; i++)
                copy_run(s->size, s->dim[run], at + i * s->to_stride[line] * unit, s->to_stride[run] * unit,
                         source + i * s->from_stride[line] * unit, s->from_stride[run] * unit);
        r += some;
    }
}

int bmi_copy_parts(const bmi_copy *c)
{
    int64_t parts = c->runs * c->spec.dim[c->spec.rank - 1] * (int64_t)c->spec.size / PART_BYTES;
    parts = parts > c->runs ? c->runs : parts;
    return parts < 2 ? 1 : parts > 256 ? 256 : (int)parts;
}
