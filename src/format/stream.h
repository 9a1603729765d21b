// SPDX-License-Identifier: Apache-2.0
/* The content of a file from its beginning to its end, as often as wanted, gunzipped where it is gzip, without ever having all of it. */
#ifndef BMI_FORMAT_STREAM_H
#define BMI_FORMAT_STREAM_H
#include "format/source.h"
#include <zlib.h>

typedef struct bmi_stream {
    bmi_source source;
    size_t at;    /* bytes of the file that were read */
    bool packed;  /* gzip */
    bool started; /* z is */
    bool inside;  /* a member of a gzip file */
    z_stream z;
    unsigned char *input; /* of a packed file */
} bmi_stream;

/* Of regular files alone: `why` tells what others are refused for. */
bm_status bmi_stream_open(bmi_error *e, bm_place here, bm_context *context, const char *path, const char *why, bmi_stream *s);
/* Reads n bytes, fewer only at the end. */
bm_status bmi_stream_read(bmi_error *e, bm_place here, bmi_stream *s, unsigned char *into, size_t n, size_t *got);
bm_status bmi_stream_rewind(bmi_error *e, bm_place here, bmi_stream *s);
void bmi_stream_end(bmi_stream *s);

#endif
