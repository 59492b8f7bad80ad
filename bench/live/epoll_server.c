// The yardstick: what one core can do when nothing stands between a message and its readers but the kernel.
//
// epoll_server LISTENING_FD CONTROL_FD: each line that comes in on a connection to the control socket is framed once
// and sent to every reader with one `send` of its own. A reader whose socket is full goes on from where it stopped.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEPT 8192  // messages that a slow reader may lag behind

struct frame { uint8_t *bytes; size_t size; };
struct peer { int fd, full; uint64_t next; size_t sent; };

static struct frame kept[KEPT];
static uint64_t head;
static struct peer **readers;
static int count, room, epoll;

// The answer to the sample key of RFC 6455, which the crowd of readers uses.
static const char WELCOME[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static void watch(struct peer *p, int how, uint32_t events) {
    struct epoll_event e = {.events = events, .data.ptr = p};
    if (epoll_ctl(epoll, how, p->fd, &e)) { perror("epoll_ctl"); exit(1); }
}

static void leave(struct peer *p) {
    for (int i = 0; i < count; i++)
        if (readers[i] == p) { readers[i] = readers[--count]; break; }
    close(p->fd);
    p->fd = -1;  // not freed: an event of this round may still speak of it
}

// Everything that it has not got, one send for each message.
static void bring(struct peer *p) {
    while (p->next < head) {
        struct frame *f = &kept[p->next % KEPT];
        if (head - p->next > KEPT) { fputs("a reader is too far behind\n", stderr); exit(1); }
        ssize_t n = send(p->fd, f->bytes + p->sent, f->size - p->sent, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN) return;  // its end will be heard
        if (n > 0) p->sent += n;
        if (n < 0 || p->sent < f->size) {
            if (!p->full) watch(p, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
            p->full = 1;
            return;
        }
        p->next++;
        p->sent = 0;
    }
    if (p->full) watch(p, EPOLL_CTL_MOD, EPOLLIN);
    p->full = 0;
}

static void publish(const char *payload, size_t size) {
    struct frame *f = &kept[head % KEPT];
    f->bytes = realloc(f->bytes, size + 10);
    uint8_t *p = f->bytes;
    *p++ = 0x81;
    if (size < 126) *p++ = size;
    else if (size < 65536) { *p++ = 126; *p++ = size >> 8; *p++ = size & 255; }
    else { *p++ = 127; for (int shift = 56; shift >= 0; shift -= 8) *p++ = (uint64_t)size >> shift & 255; }
    memcpy(p, payload, size);
    f->size = p - f->bytes + size;
    head++;
    for (int i = 0; i < count; i++)
        if (!readers[i]->full) bring(readers[i]);
}

// 0 when the publisher has left.
static int lines(int fd) {
    static char text[1 << 20];
    static size_t held;
    ssize_t n = read(fd, text + held, sizeof text - held);
    if (n <= 0) return held = 0;
    char *line = text, *end;
    held += n;
    for (; (end = memchr(line, '\n', text + held - line)); line = end + 1) publish(line, end - line);
    memmove(text, line, held -= line - text);
    return 1;
}

// The first thing a reader sends is taken for its handshake, whole; what it says later is passed over.
static int hear(struct peer *p) {
    char request[4096];
    ssize_t n = recv(p->fd, request, sizeof request, 0);
    if (n <= 0) return n < 0 && errno == EAGAIN;
    if (p->next != UINT64_MAX) return 1;
    send(p->fd, WELCOME, sizeof WELCOME - 1, MSG_NOSIGNAL);
    p->next = head;
    if (count == room) readers = realloc(readers, (room = room ? room * 2 : 1024) * sizeof *readers);
    readers[count++] = p;
    return 1;
}

static void take(int listener) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct peer *p = malloc(sizeof *p);
        *p = (struct peer){.fd = fd, .next = UINT64_MAX};
        watch(p, EPOLL_CTL_ADD, EPOLLIN);
    }
}

int main(int argc, char **argv) {
    if (argc != 3) { fputs("epoll_server LISTENING_FD CONTROL_FD\n", stderr); return 2; }
    struct peer listening = {.fd = atoi(argv[1])}, control = {.fd = atoi(argv[2])}, publisher = {.fd = -1};
    struct epoll_event events[256];
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    fcntl(listening.fd, F_SETFL, O_NONBLOCK);
    watch(&listening, EPOLL_CTL_ADD, EPOLLIN);
    watch(&control, EPOLL_CTL_ADD, EPOLLIN);
    for (;;) {
        int n = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < n; i++) {
            struct peer *p = events[i].data.ptr;
            if (p == &listening) take(p->fd);
            else if (p == &control) {
                publisher.fd = accept4(control.fd, NULL, NULL, SOCK_CLOEXEC);
                watch(&publisher, EPOLL_CTL_ADD, EPOLLIN);
            } else if (p == &publisher) {
                if (!lines(publisher.fd)) close(publisher.fd);
            } else if (p->fd >= 0) {
                if (events[i].events & EPOLLOUT) bring(p);
                if (events[i].events & ~EPOLLOUT && !hear(p)) leave(p);
            }
        }
    }
}
