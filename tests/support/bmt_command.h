// SPDX-License-Identifier: Apache-2.0
/* Running the built command in the folder of bmt_temp, and looking at what it says. */
#ifndef BMT_COMMAND_H
#define BMT_COMMAND_H
#include "support/bmt.h"
#include <jansson.h>
#include <sys/types.h>

typedef struct bmt_run {
    int code;  /* exit code; 128 + signal when it was ended by one */
    char *out; /* standard output, ended by a zero */
    char *err;
} bmt_run;

/* Runs a line of sh in that folder; "baeum" is the built command. The texts are kept until the fourth next call. */
bmt_run bmt_sh(const char *format, ...) BMI_PRINTF(1, 2);
/* Starts such a line without waiting (put exec in front to have the command's own process id); output goes to files there. */
pid_t bmt_start(const char *line, const char *out, const char *err);
/* Waits for a started process: its exit code, as above. */
int bmt_wait(pid_t process);
/* Fails, showing everything, unless the code is the wanted one. Returns r. */
bmt_run bmt_exits(bmt_run r, int code);

/* What a command refuses: its arguments, a part of what it then says on standard error, the exit code. */
typedef struct bmt_refusal {
    const char *arguments, *says;
    int code;
} bmt_refusal;
/* Fails unless "baeum COMMAND ARGUMENTS" is refused so, for each of n. */
void bmt_refused(const char *command, const bmt_refusal *of, size_t n);

/* The output as one JSON object, to be released by json_decref; fails the test when it is none. */
json_t *bmt_json(bmt_run r);
/* A number or text at a path of member names, "metrics.test.accuracy"; fails the test when it is not there. */
double bmt_json_number(const json_t *json, const char *path);
const char *bmt_json_string(const json_t *json, const char *path);
/* A text file in that folder; released by free. */
char *bmt_text(const char *name);
/* How many lines a text has; its i-th line from 0, without the line end, as one of four strings used in turn. */
int bmt_lines(const char *text);
const char *bmt_line(const char *text, int i);
#endif
