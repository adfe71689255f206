/* A disk that fails, under any program: LD_PRELOAD it. Writes down what reaches the disk, and when.
 *
 * FAULTS_ROOT: the folder whose files count. FAULTS_LOG: what happened there, in its order.
 * FAULTS_RULE: operation:number:errno, such as "sync:7:5": the seventh sync fails; a "+" behind it:
 * and all that follow. "short:7:0" writes half of what it was given.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t alone = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1, number, error, onwards, counted;
static char operation[16];
static const char *root;

__attribute__((constructor)) static void begin(void) {
    const char *file = getenv("FAULTS_LOG"), *rule = getenv("FAULTS_RULE");
    root = getenv("FAULTS_ROOT");
    if (file) log_fd = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (rule) {
        sscanf(rule, "%15[^:]:%d:%d", operation, &number, &error);
        onwards = strchr(rule, '+') != NULL;
    }
}

/* The file's name within the root; NULL where it counts for nothing. */
static const char *within(int fd, char *name) {
    char link[40];
    ssize_t got;
    if (!root || log_fd < 0) return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    got = readlink(link, name, 4095);
    if (got <= 0) return NULL;
    name[got] = 0;
    size_t length = strlen(root);
    if (strncmp(name, root, length) || strstr(name, "-shm")) return NULL;
    return name + length;
}

static void note(char what, const char *name, uint64_t at, const void *data, uint32_t size) {
    uint32_t length = strlen(name);
    char head[17];
    head[0] = what;
    memcpy(head + 1, &length, 4);
    memcpy(head + 5, &at, 8);
    memcpy(head + 13, &size, 4);
    pthread_mutex_lock(&alone);
    syscall(SYS_write, log_fd, head, sizeof head);
    syscall(SYS_write, log_fd, name, length);
    if (size) syscall(SYS_write, log_fd, data, size);
    pthread_mutex_unlock(&alone);
}

/* Whether this operation is the one that fails. */
static int fails(const char *what) {
    if (strcmp(what, operation) && !(!strcmp(what, "write") && !strcmp(operation, "short"))) return 0;
    int now = __sync_add_and_fetch(&counted, 1);
    return now == number || (onwards && now > number);
}

static ssize_t put(int fd, const void *data, size_t size, off_t at, const char *name) {
    /* Not what the program says of itself beside its files: a test reads that. */
    if (size && strncmp(name, "acknowledged", 12) && fails("write")) {
        if (!strcmp(operation, "short")) size = (size + 1) / 2;
        else { errno = error; return -1; }
    }
    ssize_t done = syscall(SYS_pwrite64, fd, data, size, at);
    if (done > 0) note('W', name, at, data, done);
    return done;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    char path[4096];
    const char *name = within(fd, path);
    return name ? put(fd, data, size, at, name) : syscall(SYS_pwrite64, fd, data, size, at);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return pwrite64(fd, data, size, at); }

ssize_t write(int fd, const void *data, size_t size) {
    char path[4096];
    const char *name = within(fd, path);
    if (!name) return syscall(SYS_write, fd, data, size);
    off_t at = lseek(fd, 0, fcntl(fd, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR);
    ssize_t done = put(fd, data, size, at, name);
    if (done > 0) lseek(fd, at + done, SEEK_SET);
    return done;
}

static int sync_of(int fd, long call) {
    char path[4096];
    const char *name = within(fd, path);
    if (!name) return syscall(call, fd);
    if (fails("sync")) {
        note('F', name, 0, NULL, 0);
        errno = error;
        return -1;
    }
    int done = syscall(call, fd);
    if (!done) note('S', name, 0, NULL, 0);
    return done;
}

int fsync(int fd) { return sync_of(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_of(fd, SYS_fdatasync); }

int ftruncate64(int fd, off64_t size) {
    char path[4096];
    const char *name = within(fd, path);
    int done = syscall(SYS_ftruncate, fd, size);
    if (name && !done) note('T', name, size, NULL, 0);
    return done;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static const char *counts(const char *path) {
    return root && log_fd >= 0 && !strncmp(path, root, strlen(root)) && !strstr(path, "-shm")
        ? path + strlen(root) : NULL;
}

int rename(const char *from, const char *to) {
    int done = syscall(SYS_rename, from, to);
    const char *name = counts(from);
    if (name && !done) note('R', name, 0, to + strlen(root), strlen(to) - strlen(root));
    return done;
}

int unlink(const char *path) {
    int done = syscall(SYS_unlink, path);
    const char *name = counts(path);
    if (name && !done) note('U', name, 0, NULL, 0);
    return done;
}
