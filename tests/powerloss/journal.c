/* Writes down every change a process makes to the files below one folder, in its order.
 *
 * LD_PRELOAD, with POWERLOSS_ROOT (the folder, absolute) and POWERLOSS_JOURNAL (the file written).
 * What disk.py then knows is what the kernel was told: data, names, and when it had to be durable.
 * For one thread; shared memory files of SQLite (-shm) mean nothing after a power cut.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FDS 65536
/* The function of this name that we stand in front of. */
#define NEXT(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static char root[PATH_MAX];
static size_t root_length;
static int journal = -1;
static unsigned long watched[FDS]; /* inode number of an open file, 0: not ours */

static void put(const void *data, size_t size) {
    const char *at = data;
    while (size > 0) {
        long done = syscall(SYS_write, journal, at, size);
        if (done <= 0) _exit(99);
        at += done;
        size -= (size_t)done;
    }
}

static void line(const char *format, ...) {
    char text[3 * PATH_MAX];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put(text, (size_t)size);
}

static int ours(const char *path) {
    size_t size = strlen(path);
    if (journal < 0 || strncmp(path, root, root_length) != 0) return 0;
    if (path[root_length] != '/' && path[root_length] != 0) return 0;
    return !(size > 4 && strcmp(path + size - 4, "-shm") == 0);
}

/* A path relative to an open folder, as shutil.rmtree uses them, made absolute. */
static const char *whole(int folder, const char *path, char *space) {
    if (path[0] == '/' || folder == AT_FDCWD) return path;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t size = readlink(link, space, PATH_MAX);
    if (size <= 0) return path;
    snprintf(space + size, (size_t)(PATH_MAX - size), "/%s", path);
    return space;
}

static unsigned long inode(const char *path) {
    struct stat found;
    return lstat(path, &found) == 0 ? (unsigned long)found.st_ino : 0;
}

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("POWERLOSS_ROOT"), *file = getenv("POWERLOSS_JOURNAL");
    if (!folder || !file) return;
    journal = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    snprintf(root, sizeof root, "%s", folder);
    root_length = strlen(root);
    line("D %lu %s\n", inode(root), root);
}

static int opened(int fd, const char *path, int flags, unsigned long before) {
    int kept = errno;
    if (fd >= 0 && fd < FDS) watched[fd] = 0;
    if (fd >= 0 && fd < FDS && ours(path)) {
        struct stat found;
        fstat(fd, &found);
        watched[fd] = (unsigned long)found.st_ino;
        if (!before && (flags & O_CREAT)) line("C %lu %s\n", watched[fd], path);
        if (before && (flags & O_TRUNC)) line("T %lu 0\n", watched[fd]);
    }
    errno = kept;
    return fd;
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        NEXT(name); \
        va_list arguments; \
        va_start(arguments, flags); \
        mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0; \
        va_end(arguments); \
        unsigned long before = ours(path) ? inode(path) : 0; \
        return opened(real(path, flags, mode), path, flags, before); \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        NEXT(name); \
        char space[PATH_MAX]; \
        va_list arguments; \
        va_start(arguments, flags); \
        mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0; \
        va_end(arguments); \
        const char *full = whole(folder, path, space); \
        unsigned long before = ours(full) ? inode(full) : 0; \
        return opened(real(folder, path, flags, mode), full, flags, before); \
    }
OPENAT(openat)
OPENAT(openat64)

int close(int fd) {
    NEXT(close);
    if (fd >= 0 && fd < FDS) watched[fd] = 0;
    return real(fd);
}

static void wrote(int fd, const void *data, ssize_t size, off_t offset) {
    int kept = errno;
    if (size > 0 && fd < FDS && watched[fd]) {
        line("W %lu %lld %zd\n", watched[fd], (long long)offset, size);
        put(data, (size_t)size);
        put("\n", 1);
    }
    errno = kept;
}

ssize_t write(int fd, const void *data, size_t size) {
    NEXT(write);
    ssize_t done = real(fd, data, size);
    if (done > 0 && fd < FDS && watched[fd])
        wrote(fd, data, done, lseek(fd, 0, SEEK_CUR) - done);
    return done;
}

#define PWRITE(name, offset_type) \
    ssize_t name(int fd, const void *data, size_t size, offset_type offset) { \
        NEXT(name); \
        ssize_t done = real(fd, data, size, offset); \
        wrote(fd, data, done, (off_t)offset); \
        return done; \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define SYNC(name) \
    int name(int fd) { \
        NEXT(name); \
        int done = real(fd); \
        if (done == 0 && fd < FDS && watched[fd]) line("S %lu\n", watched[fd]); \
        return done; \
    }
SYNC(fsync)
SYNC(fdatasync)

#define TRUNCATE(name, offset_type) \
    int name(int fd, offset_type size) { \
        NEXT(name); \
        int done = real(fd, size); \
        if (done == 0 && fd < FDS && watched[fd]) line("T %lu %lld\n", watched[fd], (long long)size); \
        return done; \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define ALLOCATE(name, offset_type) \
    int name(int fd, offset_type offset, offset_type size) { \
        NEXT(name); \
        int done = real(fd, offset, size); \
        if (done == 0 && fd < FDS && watched[fd]) \
            line("T %lu %lld\n", watched[fd], (long long)(offset + size)); \
        return done; \
    }
ALLOCATE(posix_fallocate, off_t)
ALLOCATE(posix_fallocate64, off64_t)

#define TWO_NAMES(name, letter) \
    int name(const char *old, const char *new) { \
        NEXT(name); \
        int done = real(old, new); \
        if (done == 0 && ours(new)) line(letter " %s\t%s\n", old, new); \
        return done; \
    }
TWO_NAMES(rename, "R")
TWO_NAMES(link, "L")

int mkdir(const char *path, mode_t mode) {
    NEXT(mkdir);
    int done = real(path, mode);
    if (done == 0 && ours(path)) line("D %lu %s\n", inode(path), path);
    return done;
}

#define REMOVE(name) \
    int name(const char *path) { \
        NEXT(name); \
        int done = real(path); \
        if (done == 0 && ours(path)) line("U %s\n", path); \
        return done; \
    }
REMOVE(unlink)
REMOVE(rmdir)

int unlinkat(int folder, const char *path, int flags) {
    NEXT(unlinkat);
    char space[PATH_MAX];
    const char *full = whole(folder, path, space);
    int done = real(folder, path, flags);
    if (done == 0 && ours(full)) line("U %s\n", full);
    return done;
}
