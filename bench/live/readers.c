// A crowd of WebSocket readers in one thread: opens them, keeps them, counts what reaches them, and when.
//
// It obeys lines on its standard input and answers each with a line of JSON:
//   await LIVE AGAIN SECONDS   when so many are live, and so many came back since the last `mark`; or in vain
//   mark                       begin to count afresh
//   report                     what was counted since
//   stall COUNT                the first ones stop reading
//   cut                        all connections break off, and come back with their cursors
// It ends with its input, or after --lifetime seconds.
//
// A delivery is a text message that begins with {"t":"ev" and holds its number as "q":N and, somewhere, the time
// it was sent as t=NANOSECONDS of CLOCK_MONOTONIC. With --deflate 1 compression is offered as browsers do; a compressed
// message is not opened, but counted as the next one, so that of these no times are known. Shared with whoever sends (--progress FILE, 64-bit numbers):
// deliveries so far, the number up to which every reader has everything, and how many are live.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUFFER (1 << 18)    // bytes of one read, after what was left of the last one
#define LONGEST (1 << 20)   // of a message
#define REMEMBERED (1 << 16) // messages that may be on their way at once
#define PATIENCE 20000000000LL // for a connection to become live
#define FIRST_PAUSE 500000000LL // before coming back, at random up to it, then doubling (docs/live.md)
#define LAST_PAUSE 30000000000LL

// The sample key of RFC 6455 and the answer that it calls for: so nobody has to know SHA-1 here.
static const char KEY[] = "dGhlIHNhbXBsZSBub25jZQ==", ACCEPT[] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

enum state { AWAY, CONNECTING, SHAKING, ASKING, LIVE, OVER };

struct reader {
    int fd;
    enum state state;
    int silent;       // it has stopped reading
    int tries;
    int64_t due;      // when to connect, or to give the attempt up
    uint64_t next;    // the number it waits for; 0: whatever comes first
    uint8_t *rest;    // the beginning of a message
    uint32_t held;
};

struct message { uint64_t number; int64_t sent; uint32_t readers; };

static struct { const char *host, *path, *stream, *progress; int port, readers, sources, opening, narrow, comes_back, deflate, lifetime; }
    with = {.host = "127.0.0.1", .path = "/live", .stream = "", .progress = "", .readers = 1, .sources = 1, .opening = 100, .lifetime = 600};

static struct reader *crowd;
static struct message sent[REMEMBERED];
static volatile uint64_t *progress;   // deliveries, complete up to, live
static int epoll, live, wanted, opening, opened;
static uint64_t complete;
static int64_t now;
static char epoch[80];
static uint8_t buffer[LONGEST + BUFFER];

// What is counted since the last `mark`
static struct { uint64_t deliveries, bytes, skipped, repeated, resyncs, dropped, again, timeouts, closes[5000]; int64_t longest; } counted;
static uint64_t histogram[64 * 64], timed;
#define SLOWEST 20000
static uint32_t last_us[SLOWEST];     // of each message: until its last reader had it
static int lasts;

// What was asked by `await`
static struct { int asked, live; uint64_t again; int64_t since, until; } awaited;

static void die(const char *what) { perror(what); exit(1); }

static int64_t clock_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

// Times in classes of at most 1.6 % width: 64 to each power of two.
static int class_of(uint64_t us) {
    int shift = us < 128 ? 0 : 57 - __builtin_clzll(us);
    return shift * 64 + (int)(us >> shift);
}

static double middle_of(int class) {
    int shift = class < 128 ? 0 : class / 64 - 1;
    return (double)((uint64_t)(class - shift * 64) << shift) + ((1ULL << shift) - 1) / 2.0;
}

static double quantile(double part) {
    uint64_t upto = (uint64_t)(timed * part), seen = 0;
    for (int class = 0; class < 64 * 64; class++)
        if ((seen += histogram[class]) > upto) return middle_of(class);
    return 0;
}

// Connections

static int64_t pause_before(int tries) {
    int64_t most = tries > 6 ? LAST_PAUSE : FIRST_PAUSE << tries;
    return (int64_t)(drand48() * (most > LAST_PAUSE ? LAST_PAUSE : most));
}

static void shut(struct reader *r, int abruptly) {
    struct linger at_once = {1, 0};
    if (abruptly) setsockopt(r->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(r->fd);
    r->fd = -1;
    r->held = 0;
    if (r->state == LIVE) progress[2] = --live;
    else if (r->state != AWAY && r->state != OVER) opening--;
    r->state = with.comes_back ? AWAY : OVER;
    r->due = now + pause_before(r->tries++);
}

static void lose(struct reader *r) {
    counted.dropped++;
    shut(r, 0);
}

static void watch(struct reader *r, int how, uint32_t events) {
    struct epoll_event e = {.events = events, .data.ptr = r};
    if (epoll_ctl(epoll, how, r->fd, &e)) die("epoll_ctl");
}

static void connect_one(struct reader *r) {
    int index = (int)(r - crowd), one = 1, small = 4096;
    struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET, .sin_port = htons(with.port)};
    inet_pton(AF_INET, with.host, &to.sin_addr);
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + index % with.sources);
    if ((r->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) < 0) die("socket");
    setsockopt(r->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(r->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (index < with.narrow) setsockopt(r->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    if (with.sources > 1 && bind(r->fd, (void *)&from, sizeof from)) die("bind");
    r->state = CONNECTING;
    r->due = now + PATIENCE;
    opening++;
    if (connect(r->fd, (void *)&to, sizeof to) && errno != EINPROGRESS) return lose(r);
    watch(r, EPOLL_CTL_ADD, EPOLLOUT);
}

static void become_live(struct reader *r) {
    r->state = LIVE;
    r->tries = 0;
    opening--;
    counted.again++;
    progress[2] = ++live;
    if (live == with.readers) opened = 1;
}

// Frames

static void say(struct reader *r, int opcode, const char *payload, size_t size) {
    uint8_t frame[1024];
    size_t n = 0;
    frame[n++] = 0x80 | opcode;
    if (size < 126) frame[n++] = 0x80 | size;
    else { frame[n++] = 0x80 | 126; frame[n++] = size >> 8; frame[n++] = size & 255; }
    memset(frame + n, 0, 4);  // a mask of zeros leaves the payload as it is
    n += 4;
    if (n + size > sizeof frame) { fputs("too much to say\n", stderr); exit(1); }
    memcpy(frame + n, payload, size);
    if (send(r->fd, frame, n + size, MSG_NOSIGNAL) < 0 && errno != EAGAIN) return;  // its end will be heard
}

static void say_hello(struct reader *r) {
    char hello[512];
    int n = r->next
        ? snprintf(hello, sizeof hello, "{\"t\":\"hello\",\"v\":1,\"as\":\"json\",\"subs\":[{\"s\":\"%s\",\"e\":\"%s\",\"q\":%llu}]}",
                   with.stream, epoch, (unsigned long long)r->next - 1)
        : snprintf(hello, sizeof hello, "{\"t\":\"hello\",\"v\":1,\"as\":\"json\",\"subs\":[{\"s\":\"%s\"}]}", with.stream);
    say(r, 1, hello, n);
}

static const uint8_t *find(const uint8_t *text, size_t size, const char *what) {
    return memmem(text, size, what, strlen(what));
}

static uint64_t number_at(const uint8_t *p, const uint8_t *end) {
    uint64_t n = 0;
    while (p < end && *p >= '0' && *p <= '9') n = n * 10 + (*p++ - '0');
    return n;
}

// Messages look alike, so what is searched stands mostly where it stood in the last one.
static uint64_t number_after(const uint8_t *text, size_t size, const char *what, size_t length, size_t *guess) {
    const uint8_t *p = *guess + length < size && !memcmp(text + *guess, what, length) ? text + *guess : memmem(text, size, what, length);
    if (!p) return 0;
    *guess = p - text;
    return number_at(p + length, text + size);
}

static void advance(void) {
    struct message *m;
    while ((m = &sent[(complete + 1) % REMEMBERED])->number == complete + 1 && m->readers >= (uint32_t)wanted) complete++;
    progress[1] = complete;
}

static void delivered(struct reader *r, uint64_t number, int64_t at, size_t size) {
    if (number < r->next) { counted.repeated++; return; }
    if (r->next && number > r->next) counted.skipped += number - r->next;
    r->next = number + 1;
    counted.deliveries++;
    counted.bytes += size;
    progress[0]++;
    struct message *m = &sent[number % REMEMBERED];
    if (m->number != number) *m = (struct message){number, at, 0};
    if (!complete) complete = number - 1;
    m->readers++;
    if (at) {
        int64_t us = (now - at) / 1000;
        if (us < 0) us = 0;
        if (r - crowd >= with.narrow) {  // the narrow ones are slow by themselves
            timed++;
            histogram[class_of(us)]++;
            if (us > counted.longest) counted.longest = us;
        }
        if (m->readers == (uint32_t)wanted && lasts < SLOWEST) last_us[lasts++] = us;
    }
    if (m->readers == (uint32_t)wanted) advance();
}

static void answered(struct reader *r, const uint8_t *text, size_t size) {
    const uint8_t *p, *end = text + size;
    if (!find(text, size, "\"t\":\"ok\"")) return;
    if ((p = find(text, size, "\"e\":\""))) {
        size_t n = 0;
        for (p += 5; p < end && *p != '"' && n + 1 < sizeof epoch; p++) epoch[n++] = *p;
        epoch[n] = 0;
    }
    if (!r->next && (p = find(text, size, "\"head\":"))) {
        r->next = number_at(p + 7, end) + 1;
        if (!complete) progress[1] = complete = r->next - 1;
    }
    become_live(r);
}

static void event(struct reader *r, const uint8_t *text, size_t size) {
    static size_t number_place, time_place;
    uint64_t number = number_after(text, size, "\"q\":", 4, &number_place);
    delivered(r, number, number_after(text, size, "t=", 2, &time_place), size);
}

// 0 when the connection is over.
static int message(struct reader *r, int opcode, int compressed, const uint8_t *payload, size_t size) {
    if (opcode == 8) {
        unsigned code = size >= 2 ? payload[0] << 8 | payload[1] : 1005;
        counted.closes[code < 5000 ? code : 0]++;
        say(r, 8, (const char *)payload, size < 2 ? 0 : 2);
        return lose(r), 0;
    }
    if (opcode == 9) say(r, 10, (const char *)payload, size);
    if (opcode != 1) return 1;
    if (compressed) delivered(r, r->next ? r->next : 1, 0, size);
    else if (r->state == ASKING) answered(r, payload, size);
    else if (size > 8 && !memcmp(payload, "{\"t\":\"ev\"", 9)) event(r, payload, size);
    else if (find(payload, size < 64 ? size : 64, "\"t\":\"resync\"")) counted.resyncs++;
    return 1;
}

// The messages that are whole; how many bytes they were, or -1 when the connection is over.
static ssize_t messages(struct reader *r, const uint8_t *data, size_t size) {
    size_t at = 0;
    while (size - at >= 2) {
        const uint8_t *frame = data + at;
        uint64_t length = frame[1] & 127, head = 2;
        if (length == 126) {
            if (size - at < (head = 4)) break;
            length = frame[2] << 8 | frame[3];
        } else if (length == 127) {
            if (size - at < (head = 10)) break;
            length = 0;
            for (int i = 2; i < 10; i++) length = length << 8 | frame[i];
        }
        if (frame[0] & 0x40 && !with.deflate) { fputs("a compressed message, and none was asked for\n", stderr); exit(1); }
        if (length > LONGEST) { fputs("a message that is too long\n", stderr); exit(1); }
        if (size - at < head + length) break;
        if (!message(r, frame[0] & 15, frame[0] & 0x40, frame + head, length)) return -1;
        at += head + length;
    }
    return at;
}

// The answer to the opening handshake; how many bytes it was, 0 when it isn't whole, -1 when it is no.
static ssize_t handshake(struct reader *r, const uint8_t *data, size_t size) {
    const uint8_t *end = find(data, size, "\r\n\r\n");
    if (!end) return 0;
    size_t length = end + 4 - data;
    if (!find(data, length, " 101 ") || !find(data, length, ACCEPT)) return lose(r), -1;
    if (*with.stream) { r->state = ASKING; say_hello(r); }
    else become_live(r);
    return length;
}

static void hear(struct reader *r) {
    if (r->held) memcpy(buffer, r->rest, r->held);
    ssize_t n = recv(r->fd, buffer + r->held, BUFFER, 0), used = 0;
    if (n <= 0) {
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
        return lose(r);
    }
    now = clock_ns();
    size_t size = r->held + n;
    if (r->state == SHAKING && (used = handshake(r, buffer, size)) < 0) return;
    if (r->state != SHAKING) {
        ssize_t more = messages(r, buffer + used, size - used);
        if (more < 0) return;
        used += more;
    }
    if ((r->held = size - used)) {
        if (r->held > LONGEST) { fputs("an answer that is too long\n", stderr); exit(1); }
        r->rest = realloc(r->rest, r->held);
        memcpy(r->rest, buffer + used, r->held);
    }
}

static void connected(struct reader *r) {
    char request[512];
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(r->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) return lose(r);
    int n = snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n%s\r\n",
        with.path, with.host, with.port, KEY,
        with.deflate ? "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" : "");
    if (send(r->fd, request, n, MSG_NOSIGNAL) != n) return lose(r);
    r->state = SHAKING;
    watch(r, EPOLL_CTL_MOD, EPOLLIN);
}

// Who is due comes back, and who has waited too long begins again. Looked at a hundred times a second.
static void tend(void) {
    for (struct reader *r = crowd; r < crowd + with.readers; r++) {
        if (r->state == LIVE || r->state == OVER || r->due > now) continue;
        if (r->state != AWAY) { counted.timeouts++; lose(r); }
        else if (opened || opening < with.opening) connect_one(r);
    }
}

// Orders

static void answer_awaited(void) {
    if (!awaited.asked || ((live < awaited.live || counted.again < awaited.again) && now < awaited.until)) return;
    awaited.asked = 0;
    printf("{\"live\":%d,\"again\":%llu,\"seconds\":%.3f}\n", live, (unsigned long long)counted.again, (now - awaited.since) / 1e9);
}

static void report(void) {
    printf("{\"readers\":%d,\"live\":%d,\"deliveries\":%llu,\"bytes\":%llu,\"complete\":%llu,\"skipped\":%llu,\"repeated\":%llu,\"resyncs\":%llu,"
           "\"dropped\":%llu,\"again\":%llu,\"timeouts\":%llu,\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%lld,\"closes\":{",
           with.readers, live, (unsigned long long)counted.deliveries, (unsigned long long)counted.bytes, (unsigned long long)complete,
           (unsigned long long)counted.skipped, (unsigned long long)counted.repeated, (unsigned long long)counted.resyncs,
           (unsigned long long)counted.dropped, (unsigned long long)counted.again, (unsigned long long)counted.timeouts,
           quantile(0.5), quantile(0.99), (long long)counted.longest);
    const char *comma = "";
    for (int code = 0; code < 5000; code++)
        if (counted.closes[code]) { printf("%s\"%d\":%llu", comma, code, (unsigned long long)counted.closes[code]); comma = ","; }
    printf("},\"last_us\":[");
    for (int i = 0; i < lasts; i++) printf("%s%u", i ? "," : "", last_us[i]);
    printf("]}\n");
}

static void mark(void) {
    memset(&counted, 0, sizeof counted);
    memset(histogram, 0, sizeof histogram);
    timed = lasts = 0;
}

static void stall(int count) {
    for (struct reader *r = crowd; r < crowd + count && r < crowd + with.readers; r++)
        if (r->state == LIVE && !r->silent) {
            r->silent = 1;
            wanted--;
            // Deaf to its end as well: whether the server has let it go is seen at the server.
            epoll_ctl(epoll, EPOLL_CTL_DEL, r->fd, NULL);
        }
    advance();
}

static void cut(void) {
    for (struct reader *r = crowd; r < crowd + with.readers; r++)
        if (r->fd >= 0) { r->tries = 0; shut(r, 1); }
}

static void obey(char *line) {
    double seconds;
    unsigned long long again;
    int count;
    now = clock_ns();
    if (sscanf(line, "await %d %llu %lf", &count, &again, &seconds) == 3) {
        awaited.asked = 1; awaited.live = count; awaited.again = again;
        awaited.since = now; awaited.until = now + (int64_t)(seconds * 1e9);
        return;
    }
    if (!strcmp(line, "report")) return report();
    if (!strcmp(line, "mark")) mark();
    else if (sscanf(line, "stall %d", &count) == 1) stall(count);
    else if (!strcmp(line, "cut")) cut();
    else { fprintf(stderr, "no such order: %s\n", line); exit(1); }
    puts("{}");
}

// 0 at the end of the orders.
static int orders(void) {
    static char text[4096];
    static size_t held;
    ssize_t n = read(0, text + held, sizeof text - held - 1);
    if (n <= 0) return n < 0 && (errno == EAGAIN || errno == EINTR);
    text[held += n] = 0;
    char *line = text, *end;
    for (; (end = strchr(line, '\n')); line = end + 1) { *end = 0; obey(line); }
    memmove(text, line, held -= line - text);
    return 1;
}

static void options(int count, char **words) {
    struct { const char *name; int *number; const char **text; } known[] = {
        {"--host", 0, &with.host}, {"--path", 0, &with.path}, {"--stream", 0, &with.stream}, {"--progress", 0, &with.progress},
        {"--port", &with.port, 0}, {"--readers", &with.readers, 0}, {"--sources", &with.sources, 0}, {"--opening", &with.opening, 0},
        {"--narrow", &with.narrow, 0}, {"--come-back", &with.comes_back, 0}, {"--deflate", &with.deflate, 0},
        {"--lifetime", &with.lifetime, 0}};
    for (int i = 1; i + 1 < count; i += 2) {
        size_t k = 0, all = sizeof known / sizeof *known;
        while (k < all && strcmp(known[k].name, words[i])) k++;
        if (k == all) { fprintf(stderr, "no such option: %s\n", words[i]); exit(2); }
        if (known[k].number) *known[k].number = atoi(words[i + 1]);
        else *known[k].text = words[i + 1];
    }
}

int main(int count, char **words) {
    static uint64_t nobody_asks[3];
    struct epoll_event events[256], input = {.events = EPOLLIN, .data.ptr = NULL};
    struct rlimit files;
    options(count, words);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    progress = nobody_asks;
    if (*with.progress) {
        int file = open(with.progress, O_RDWR);
        if (file < 0) die(with.progress);
        if ((progress = mmap(NULL, 3 * sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)) == MAP_FAILED) die("mmap");
        close(file);
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    srand48(1);
    wanted = with.readers;
    crowd = calloc(with.readers, sizeof *crowd);
    for (int i = 0; i < with.readers; i++) crowd[i].fd = -1;
    if ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0) die("epoll");
    fcntl(0, F_SETFL, O_NONBLOCK);
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &input)) die("epoll_ctl");
    now = clock_ns();
    for (int64_t end = now + with.lifetime * 1000000000LL, next = 0; now < end;) {
        int n = epoll_wait(epoll, events, 256, 5);
        now = clock_ns();
        for (int i = 0; i < n; i++) {
            struct reader *r = events[i].data.ptr;
            if (!r) { if (!orders()) goto out; }
            else if (r->fd < 0) continue;  // cut meanwhile
            else if (r->state == CONNECTING) connected(r);
            else hear(r);
        }
        now = clock_ns();
        if (now >= next) { tend(); next = now + (opened ? 10000000 : 1000000); }
        answer_awaited();
    }
out:
    for (struct reader *r = crowd; r < crowd + with.readers; r++) if (r->fd >= 0) shut(r, 1);
    return 0;
}
