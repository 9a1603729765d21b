// SPDX-License-Identifier: Apache-2.0
/* A condition that is being read: its tokens, and errors with their place. */
#ifndef BMI_DATA_CONDITION_TOKENS_H
#define BMI_DATA_CONDITION_TOKENS_H
#include "data/condition.h"

typedef enum bmi_token {
    BMI_TOKEN_END,
    BMI_TOKEN_NAME,
    BMI_TOKEN_NUMBER,
    BMI_TOKEN_TEXT,
    BMI_TOKEN_SIGN,
    BMI_TOKEN_BAD
} bmi_token;

typedef struct bmi_reader {
    bmi_condition *c;
    bmi_error *e;
    bm_place here;
    const bm_table *t;
    const char *all; /* the condition */
    const char *at;  /* the token that comes next */
    size_t length;   /* of it, with its quotes */
    bmi_token token;
    bool quoted;     /* a name in double quotes */
    int deep, depth; /* brackets that are open; cells on the stack */
    char *names;     /* room for names and texts without quotes, as long as the condition twice */
    size_t used;
} bmi_reader;

/* An error with the place of `at`, unless there is one. */
BMI_PRINTF(3, 4) void bmi_condition_wrong(bmi_reader *r, const char *at, const char *format, ...);
/* That the next token is not `what`. */
void bmi_condition_expected(bmi_reader *r, const char *what);
void bmi_token_next(bmi_reader *r);
bool bmi_token_is_sign(const bmi_reader *r, const char *sign);
/* Words are small or large. */
bool bmi_token_is_word(const bmi_reader *r, const char *word);
bool bmi_token_take_word(bmi_reader *r, const char *word);
/* What stands in the quotes of the token, or the token; `names` keeps it. */
const char *bmi_token_content(bmi_reader *r, size_t *n);

#endif
