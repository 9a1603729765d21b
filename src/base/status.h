// SPDX-License-Identifier: Apache-2.0
/* Errors: a status and one line of text in a fixed buffer, so that reporting an error never allocates.
 * All are set by one function (`set` in status.c), where a breakpoint catches them; some carry a cause, for programs.
 */
#ifndef BMI_BASE_STATUS_H
#define BMI_BASE_STATUS_H
#include "base/cause.h"
#include <baeum/base.h>
#include <stdarg.h>

#define BMI_COUNT(a) (sizeof(a) / sizeof *(a))
#define BMI_PRINTF(text_, first_) __attribute__((format(printf, text_, first_)))

typedef struct bmi_error {
    bm_status status;
    bmi_cause cause;
    int advice_from, advice_to; /* the part of the text that is advice to programs in C; to 0: none is */
    char text[700];             /* "mnist.c:12: dense_2: x is (128, 64), W is (32, 10): ..."; cut at the end of the buffer */
} bmi_error;

/* Sets the error, unless one is there already: the first one stays. The text gets "file:line: " of the place in front
 * (only the file's last path component; nothing for {0} or an empty file). Returns e->status. Control characters in the
 * text become blanks, what is no UTF-8 question marks. */
bm_status bmi_fail(bmi_error *e, bm_status status, bm_place here, const char *format, ...) BMI_PRINTF(4, 5);

/* The same with an argument list. A status of BM_OK counts as BM_E_ARGUMENT: a failure is never silent. */
bm_status bmi_fail_v(bmi_error *e, bm_status status, bm_place here, const char *format, va_list list) BMI_PRINTF(4, 0);

/* The same as bmi_fail with a cause; what stands between \001 and \002 in the format is marked as the advice. */
bm_status bmi_fail_as(bmi_error *e, bmi_cause cause, bm_status status, bm_place here, const char *format, ...) BMI_PRINTF(5, 6);

/* Takes these marks out of a text: [from, to) is what stood between them; false, and nothing, where it was cut between them. */
bool bmi_take_marks(char *text, int *from, int *to);

/* BM_E_MEMORY with "out of memory: N bytes asked for <what>". */
bm_status bmi_fail_memory(bmi_error *e, bm_place here, size_t bytes, const char *what);

/* Makes text that may be shown and written anywhere: control characters become blanks, and what is no UTF-8 (a name that was cut by
 * "%.40s", bytes of another encoding) question marks. */
void bmi_clean(char *text);

/* BM_E_ARGUMENT when there is no memory (`at` null) where the caller says `count` things lie: a list, a stream (1). */
bm_status bmi_need(bmi_error *e, bm_place here, const char *what, const void *at, size_t count);

/* Hands an error on from one object to another (first one stays), with its cause; nothing when `from` has none. Returns to->status. */
bm_status bmi_fail_from(bmi_error *to, const bmi_error *from);

#endif
