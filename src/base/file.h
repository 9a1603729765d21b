// SPDX-License-Identifier: Apache-2.0
/* Files: whole reading, and atomic writing (temporary name beside the target, synced, renamed, folder synced): killed at
 * any point, the old or the new file is there. A target that is no regular file (a pipe, /dev/stdout) is written straight;
 * links are followed, modes kept.
 */
#ifndef BMI_BASE_FILE_H
#define BMI_BASE_FILE_H
#include "base/status.h"

/* Reads a whole file; gunzips it when it starts with the gzip magic (several members allowed). "-" is standard input.
 * On success *bytes is *size bytes and one more zero byte, aligned to 64, released by bmi_file_release alone. `limit` bytes of
 * content at most (0: no limit; of what tells no size, as a pipe, half of the machine's memory). Devices but terminals are refused unless
 * they are empty, and sockets are. Errors: BM_E_FILE (with the system's reason), BM_E_FORMAT (broken gzip, over the limit),
 * BM_E_MEMORY. */
bm_status bmi_file_read(bmi_error *e, bm_place here, bm_context *context, const char *path, size_t limit, unsigned char **bytes,
                        size_t *size);
/* The same of a text. Its reader refuses a line of more than `longest` bytes, so what follows such a line is left out or not; with
 * `to_nul` also what follows the first NUL byte, which no text has: neither is read until memory is full. */
bm_status bmi_file_read_lines(bmi_error *e, bm_place here, bm_context *context, const char *path, bool to_nul, size_t longest,
                              unsigned char **bytes, size_t *size);
void bmi_file_release(bm_context *context, unsigned char *bytes, size_t size);

/* Atomic writing: begin, write any number of times, then commit; end releases and, without a commit, leaves the old file
 * as it was (of a target that is written straight, what was written stays written). "-" is standard output. The first error
 * stays in `e`, which must live as long as the writer; it is set whenever begin gives null, and bytes and commit of null do
 * nothing and give BM_E_FILE. A regular file that the process may not write is not replaced, though its folder would allow it.
 */
typedef struct bmi_writer bmi_writer;
bmi_writer *bmi_writer_begin(bmi_error *e, bm_place here, bm_context *context, const char *path);
bm_status bmi_writer_bytes(bmi_writer *w, const void *bytes, size_t n);
bm_status bmi_writer_commit(bmi_writer *w);
void bmi_writer_end(bmi_writer *w); /* null allowed */

/* The system's reason for an error number ("No such file or directory"), safe with threads. Returns `into`. */
const char *bmi_reason(int number, char into[128]);

#endif
