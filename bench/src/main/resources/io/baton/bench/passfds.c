/*
 * How fast can connections go from one process to another at all? Passes the two sockets of each of N TCP connections by SCM_RIGHTS, as
 * Baton does: out of the sender's epoll, 64 connections a message, four messages in flight, accepted, into the receiver's epoll, and
 * closed by the sender only then. No connection is served; that, and what surrounds it, is what a server adds.
 *
 * usage: passfds CONNECTIONS    prints one line of JSON
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, FDS = 2 * BATCH, WINDOW = 4, SNAPSHOT_BYTES = 96, MAX_CONNECTIONS = 9600 };

struct offer {
    uint64_t quiesced_nanos;
    uint32_t batch;
    uint32_t fds;
    char snapshots[BATCH * SNAPSHOT_BYTES];
};

static int sockets[2 * MAX_CONNECTIONS];
static uint64_t pauses[MAX_CONNECTIONS];

static void die(const char *what) {
    fprintf(stderr, "passfds: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static double cpu_ms(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3
            + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

static void watch(int epoll, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl ADD");
}

/* Both ends of each connection, over loopback. */
static void connect_all(int epoll, int connections) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 128) < 0
            || getsockname(listener, (struct sockaddr *)&address, &length) < 0)
        die("listen");
    for (int i = 0; i < connections; i++) {
        int client = socket(AF_INET, SOCK_STREAM, 0);
        if (client < 0 || connect(client, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
        int server = accept(listener, NULL, NULL);
        if (server < 0) die("accept");
        sockets[2 * i] = client;
        sockets[2 * i + 1] = server;
        watch(epoll, client);
        watch(epoll, server);
    }
    close(listener);
}

static void offer(int channel, int epoll, int batch, int connections) {
    static struct offer offer;
    union { char bytes[CMSG_SPACE(FDS * sizeof(int))]; struct cmsghdr align; } control;
    int first = batch * FDS;
    int fds = 2 * connections - first < FDS ? 2 * connections - first : FDS;
    offer.quiesced_nanos = now();
    offer.batch = (uint32_t)batch;
    offer.fds = (uint32_t)fds;
    for (int i = 0; i < fds; i++)
        if (epoll_ctl(epoll, EPOLL_CTL_DEL, sockets[first + i], NULL) < 0) die("epoll_ctl DEL");
    struct iovec vector = {.iov_base = &offer, .iov_len = offsetof(struct offer, snapshots) + (size_t)fds / 2 * SNAPSHOT_BYTES};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE((size_t)fds * sizeof(int))};
    memset(&control, 0, sizeof control);
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN((size_t)fds * sizeof(int));
    memcpy(CMSG_DATA(rights), sockets + first, (size_t)fds * sizeof(int));
    if (sendmsg(channel, &message, 0) < 0) die("sendmsg");
}

static void send_all(int channel, int connections) {
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) die("epoll_create1");
    connect_all(epoll, connections);
    double cpu_before = cpu_ms();
    uint64_t start = now();
    int batches = (connections + BATCH - 1) / BATCH;
    for (int sent = 0, accepted = 0; accepted < batches;) {
        while (sent < batches && sent - accepted < WINDOW) offer(channel, epoll, sent++, connections);
        uint32_t batch;
        if (recv(channel, &batch, sizeof batch, 0) != sizeof batch) die("recv");
        for (int i = (int)batch * FDS; i < ((int)batch + 1) * FDS && i < 2 * connections; i++) close(sockets[i]);
        accepted++;
    }
    struct { uint64_t start; double cpu; } report = {start, cpu_ms() - cpu_before};
    if (send(channel, &report, sizeof report, 0) < 0) die("send");
}

static int ascending(const void *one, const void *other) {
    uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;
    return a < b ? -1 : a > b;
}

static void receive_all(int channel, int connections) {
    static struct offer offer;
    union { char bytes[CMSG_SPACE(FDS * sizeof(int))]; struct cmsghdr align; } control;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) die("epoll_create1");
    double cpu = 0, cpu_before = cpu_ms();
    uint64_t last = 0;
    for (int got = 0; got < connections;) {
        struct iovec vector = {.iov_base = &offer, .iov_len = sizeof offer};
        struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
        if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) <= 0) die("recvmsg");
        struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
        if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC) || !rights) die("fds lost");
        int fds[FDS];
        memcpy(fds, CMSG_DATA(rights), offer.fds * sizeof(int));
        if (send(channel, &offer.batch, sizeof offer.batch, 0) < 0) die("send");
        for (uint32_t i = 0; i < offer.fds; i += 2) {
            watch(epoll, fds[i]);
            watch(epoll, fds[i + 1]);
            last = now();
            pauses[got++] = last - offer.quiesced_nanos;
        }
    }
    cpu = cpu_ms() - cpu_before;
    struct { uint64_t start; double cpu; } sender;
    if (recv(channel, &sender, sizeof sender, 0) != sizeof sender) die("recv");
    qsort(pauses, (size_t)connections, sizeof *pauses, ascending);
    printf("{\"connections\": %d, \"total_us\": %llu, \"pause_p50_us\": %llu, \"pause_p99_us\": %llu, \"pause_max_us\": %llu, "
            "\"cpu_us\": %llu}\n",
            connections, (unsigned long long)(last - sender.start) / 1000, (unsigned long long)pauses[connections / 2] / 1000,
            (unsigned long long)pauses[connections - 1 - connections / 100] / 1000,
            (unsigned long long)pauses[connections - 1] / 1000, (unsigned long long)((cpu + sender.cpu) * 1000));
}

int main(int count, char **arguments) {
    int connections = count == 2 ? atoi(arguments[1]) : 0;
    if (connections < 1 || connections > MAX_CONNECTIONS) {
        fprintf(stderr, "usage: passfds CONNECTIONS, 1 to %d\n", MAX_CONNECTIONS);
        return 2;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    int channel[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, channel) < 0) die("socketpair");
    pid_t receiver = fork();
    if (receiver < 0) die("fork");
    if (receiver == 0) {
        close(channel[0]);
        receive_all(channel[1], connections);
        return 0;
    }
    close(channel[1]);
    send_all(channel[0], connections);
    int status;
    if (waitpid(receiver, &status, 0) < 0) die("waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
