// SPDX-License-Identifier: Apache-2.0
/* Bytes to read from: a regular file is read piece by piece as it is needed, so that it never lies in memory whole; a gzip file,
 * a pipe and bytes given in memory are there whole.
 */
#ifndef BMI_FORMAT_SOURCE_H
#define BMI_FORMAT_SOURCE_H
#include "base/status.h"

typedef struct bmi_source {
    bm_context *context;
    const char *name;           /* for messages; borrowed */
    const unsigned char *bytes; /* of a source in memory, else null */
    unsigned char *owned;       /* what bmi_file_read gave, else null */
    int file;                   /* descriptor, else -1 */
    size_t size;
    int64_t changed[2]; /* when the file was last written to: seconds, nanoseconds */
} bmi_source;

/* text: of what is there whole, the bytes behind a NUL byte may be missing. Behind a line of more than `longest` bytes they may be missing
 * anyway. */
bm_status bmi_source_open(bmi_error *e, bm_place here, bm_context *context, const char *path, bool text, size_t longest,
                          bmi_source *s);
/* Opens a regular file, packed or not, to be read from its descriptor; anything else is an error that says `why` it must be one. */
bm_status bmi_source_open_file(bmi_error *e, bm_place here, bm_context *context, const char *path, const char *why,
                               bmi_source *s);
/* BM_E_FILE when the file was written to, or its path has another file, since it was opened: what was read may be of both. */
bm_status bmi_source_unchanged(bmi_error *e, bm_place here, const bmi_source *s);
/* Over the caller's bytes, borrowed. */
void bmi_source_memory(bm_context *context, const char *name, const void *bytes, size_t size, bmi_source *s);
void bmi_source_end(bmi_source *s);

/* Gives bytes [at, at + n) of the source: straight when it is in memory, else read into *buffer, which grows (released by
 * the caller with bmi_release(context, *buffer, *capacity, 1)). Safe from several threads with a buffer each.
 * Errors: BM_E_FILE the file cannot be read or has become shorter; BM_E_MEMORY. */
bm_status bmi_source_read(bmi_error *e, bm_place here, const bmi_source *s, size_t at, size_t n, unsigned char **buffer,
                          size_t *capacity, const unsigned char **bytes);

#endif
