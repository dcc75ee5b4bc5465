// SPDX-License-Identifier: GPL-2.0-only
/*
 * A server of two threads that hangs on demand. The main thread answers requests,
 * uses some memory, and beats; the other one takes a lock now and then.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <varta-client.h>

#define DIRECTORY	"/run/comparison/"
#define THRESHOLD_MS	12000
#define KILL_AFTER_MS	6000
#define MEMORY_SIZE	(4 << 20)

static const char usage[] =
	"Usage: worker NAME PORT [varta|systemd]\n"
	"       worker ask PORT\n"
	"Answers HTTP at PORT, and beats to varta or systemd. Crashes or hangs when\n"
	"the file " DIRECTORY "order-NAME says crash, loop, deadlock, thread or\n"
	"disk. Each start adds a line to " DIRECTORY "starts-NAME. With ask:\n"
	"succeeds if there is an answer within 5 seconds.\n";

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool thread_hangs;
static struct varta_client client;
static struct varta_client_lane lane;
static bool beats;

static struct sockaddr_in address_of(const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	address.sin_port = htons((uint16_t)atoi(port));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

static int ask(const char *port)
{
	const struct timeval patience = { 5, 0 };
	struct sockaddr_in address = address_of(port);
	static const char request[] = "GET / HTTP/1.0\r\n\r\n";
	char answer[16] = "";
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    write(fd, request, strlen(request)) < 0 ||
	    read(fd, answer, sizeof(answer) - 1) < 12)
		return 1;
	return memcmp(answer + 8, " 200", 4) != 0;
}

static int listen_at(const char *port)
{
	struct sockaddr_in address = address_of(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(fd, 16)) {
		perror("worker: port");
		exit(1);
	}
	return fd;
}

static void answer(int fd)
{
	static const char text[] = "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n"
				   "Connection: close\r\n\r\nok\n";
	struct pollfd request = { .fd = fd, .events = POLLIN };
	char buffer[1024];

	if (poll(&request, 1, 1000) == 1 &&
	    read(fd, buffer, sizeof(buffer)) > 0 &&
	    write(fd, text, strlen(text)) < 0)
		perror("worker: answer");
	close(fd);
}

static void answer_for_a_second(int listener)
{
	struct pollfd requests = { .fd = listener, .events = POLLIN };
	time_t end = time(NULL) + 1;

	while (time(NULL) < end) {
		if (poll(&requests, 1, 500) == 1) {
			int fd = accept(listener, NULL, NULL);

			if (fd >= 0)
				answer(fd);
		}
	}
}

static void use_memory(void)
{
	char *memory = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return;
	madvise(memory, MEMORY_SIZE, MADV_NOHUGEPAGE);
	memset(memory, 1, MEMORY_SIZE);
	munmap(memory, MEMORY_SIZE);
}

static void notify_systemd(const char *text)
{
	static int fd = -1;
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (!path || strlen(path) >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, path, strlen(path));
	if (fd < 0)
		fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	sendto(fd, text, strlen(text), 0, (struct sockaddr *)&address,
	       sizeof(address));
}

static void take_lock(void)
{
	pthread_mutex_lock(&lock);
	if (thread_hangs)
		pthread_mutex_lock(&lock);
	pthread_mutex_unlock(&lock);
}

static void *run_thread(void *arg)
{
	(void)arg;
	for (;;) {
		take_lock();
		if (beats)
			varta_client_lane_beat(&lane);
		sleep(1);
	}
	return NULL;
}

static void write_to_disk(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), DIRECTORY "disk/%s", name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, "text", 4) < 0)
		perror("worker: disk");
	close(fd);
}

static void obey(const char *name)
{
	char path[128], order[16] = "";
	FILE *file;

	snprintf(path, sizeof(path), DIRECTORY "order-%s", name);
	file = fopen(path, "re");
	if (!file)
		return;
	if (!fgets(order, sizeof(order), file))
		order[0] = '\0';
	fclose(file);
	/* Not for the next one. */
	unlink(path);
	/* A signal from outside does not end the first process of a container. */
	if (!strcmp(order, "crash\n"))
		*(volatile int *)NULL = 0;
	while (!strcmp(order, "loop\n"))
		;
	if (!strcmp(order, "deadlock\n")) {
		pthread_mutex_lock(&lock);
		pthread_mutex_lock(&lock);
	}
	if (!strcmp(order, "thread\n"))
		thread_hangs = true;
	if (!strcmp(order, "disk\n"))
		write_to_disk(name);
}

static void note_start(const char *name)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), DIRECTORY "starts-%s", name);
	file = fopen(path, "ae");
	if (!file) {
		perror("worker: starts");
		exit(1);
	}
	fprintf(file, "%d\n", getpid());
	fclose(file);
	snprintf(path, sizeof(path), DIRECTORY "pid-%s", name);
	file = fopen(path, "we");
	if (file) {
		fprintf(file, "%d\n", getpid());
		fclose(file);
	}
}

static void open_client(const char *name)
{
	const struct varta_client_options options = {
		.name = name,
		.threshold_ms = THRESHOLD_MS,
		.stall_signal = SIGABRT,
		.kill_after_ms = KILL_AFTER_MS,
		.lanes = 1,
	};
	int error = varta_client_open(&client, &options);

	if (!error)
		error = varta_client_lane_open(&client, &lane, "locker",
					       THRESHOLD_MS);
	if (error) {
		fprintf(stderr, "worker: varta: %s\n", strerror(-error));
		exit(1);
	}
	beats = true;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	int listener;

	if (argc == 3 && !strcmp(argv[1], "ask"))
		return ask(argv[2]);
	if (argc < 3) {
		fputs(usage, stderr);
		return 2;
	}
	listener = listen_at(argv[2]);
	note_start(argv[1]);
	if (argc > 3 && !strcmp(argv[3], "varta"))
		open_client(argv[1]);
	pthread_create(&thread, NULL, run_thread, NULL);
	notify_systemd("READY=1");
	for (;;) {
		use_memory();
		if (beats)
			varta_client_beat(&client, VARTA_STATUS_OK, 0);
		notify_systemd("WATCHDOG=1");
		answer_for_a_second(listener);
		obey(argv[1]);
	}
}
