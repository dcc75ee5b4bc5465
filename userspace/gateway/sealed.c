// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames that are sealed with a key. See sealed.h.
 */
#include "sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "parse.h"

enum {
	PID_SIZE	= 4,
	PREFIX_SIZE	= 8,
	NONCE_SIZE	= 12,
	TAG_SIZE	= 16,
	SHARED_SIZE	= NONCE_SIZE + VARTA_FRAME_LEN + TAG_SIZE,
	AGENT_SIZE	= PID_SIZE + SHARED_SIZE,
	DIGITS		= 2 * SEALED_KEY_SIZE,
};

static const char *parse_key(unsigned char *key, int fd)
{
	char text[DIGITS + 2] = "";
	struct stat file;
	size_t count = 0;
	ssize_t length;

	if (fstat(fd, &file))
		return strerror(errno);
	if (!S_ISREG(file.st_mode) || file.st_mode & 077)
		return "only its owner may have access (chmod 600)";
	length = read(fd, text, sizeof(text) - 1);
	if (length < 0)
		return strerror(errno);
	text[strcspn(text, "\n")] = '\0';
	if (strlen(text) != DIGITS ||
	    parse_hex(text, key, SEALED_KEY_SIZE, &count) ||
	    count != SEALED_KEY_SIZE)
		return "not 64 hexadecimal digits";
	OPENSSL_cleanse(text, sizeof(text));
	return NULL;
}

const char *sealed_read_key(unsigned char *key, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const char *problem;

	if (fd < 0)
		return strerror(errno);
	problem = parse_key(key, fd);
	close(fd);
	return problem;
}

static uint32_t get_u32(const unsigned char *from)
{
	return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
	       (uint32_t)from[3] << 24;
}

bool sealed_derive(unsigned char *key, const unsigned char *master,
		   uint32_t pid)
{
	static const unsigned char label[] = "varta-agent-v1"; /* with its NUL */
	unsigned char info[sizeof(label) + PID_SIZE];
	EVP_PKEY_CTX *hkdf = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);
	size_t size = SEALED_KEY_SIZE;
	bool derived;
	int i;

	memcpy(info, label, sizeof(label));
	for (i = 0; i < PID_SIZE; i++)
		info[sizeof(label) + (size_t)i] = (unsigned char)(pid >> 8 * i);
	derived = hkdf && EVP_PKEY_derive_init(hkdf) > 0 &&
		  EVP_PKEY_CTX_set_hkdf_md(hkdf, EVP_sha256()) > 0 &&
		  EVP_PKEY_CTX_set1_hkdf_key(hkdf, master, SEALED_KEY_SIZE) > 0 &&
		  EVP_PKEY_CTX_add1_hkdf_info(hkdf, info, sizeof(info)) > 0 &&
		  EVP_PKEY_derive(hkdf, key, &size) > 0 &&
		  size == SEALED_KEY_SIZE;
	EVP_PKEY_CTX_free(hkdf);
	return derived;
}

/* @sealed begins with the nonce. @data is authenticated with it. */
static bool decrypt(const unsigned char *key, const unsigned char *sealed,
		    const unsigned char *data, int data_size,
		    unsigned char *frame)
{
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	const unsigned char *text = sealed + NONCE_SIZE;
	unsigned char tag[TAG_SIZE];
	int size = 0, rest = 0;
	bool opened;

	memcpy(tag, text + VARTA_FRAME_LEN, sizeof(tag));
	opened = cipher &&
		 EVP_DecryptInit_ex(cipher, EVP_chacha20_poly1305(), NULL, key,
				    sealed) > 0 &&
		 EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE,
				     tag) > 0 &&
		 (!data_size || EVP_DecryptUpdate(cipher, NULL, &size, data,
						  data_size) > 0) &&
		 EVP_DecryptUpdate(cipher, frame, &size, text,
				   VARTA_FRAME_LEN) > 0 &&
		 EVP_DecryptFinal_ex(cipher, frame + size, &rest) > 0 &&
		 size + rest == VARTA_FRAME_LEN;
	EVP_CIPHER_CTX_free(cipher);
	return opened;
}

/* Each source may use each of these keys. */
static bool open_shared(const struct sealed_keys *keys,
			const unsigned char *sealed, unsigned char *frame)
{
	size_t i;

	for (i = 0; i < keys->count; i++)
		if (decrypt(keys->shared[i], sealed, NULL, 0, frame))
			return true;
	return false;
}

static bool open_of_agent(const struct sealed_keys *keys,
			  const unsigned char *bytes, uint32_t pid,
			  unsigned char *frame)
{
	unsigned char key[SEALED_KEY_SIZE];
	bool opened = keys->has_master &&
		      sealed_derive(key, keys->master, pid) &&
		      decrypt(key, bytes + PID_SIZE, bytes, PID_SIZE, frame);

	OPENSSL_cleanse(key, sizeof(key));
	return opened;
}

enum varta_reason sealed_open(const struct sealed_keys *keys,
			      const unsigned char *bytes, size_t length,
			      struct sealed_frame *opened)
{
	const unsigned char *sealed = bytes;
	bool is_open;

	*opened = (struct sealed_frame){ 0 };
	if (length == AGENT_SIZE) {
		sealed = bytes + PID_SIZE;
		opened->pid = get_u32(bytes);
		is_open = open_of_agent(keys, bytes, opened->pid,
					opened->frame);
	} else if (length == SHARED_SIZE) {
		is_open = open_shared(keys, sealed, opened->frame);
	} else {
		return VARTA_REASON_BAD_LENGTH;
	}
	if (!is_open)
		return VARTA_REASON_AUTH_FAILURE;
	opened->prefix = get_u32(sealed) | (uint64_t)get_u32(sealed + 4) << 32;
	opened->counter = get_u32(sealed + PREFIX_SIZE);
	return VARTA_REASON_NONE;
}

bool sealed_is_new(struct sealed_sequence *sequences,
		   const struct sealed_frame *opened, uint64_t now)
{
	struct sealed_sequence *sequence, *oldest = sequences;
	int i;

	for (i = 0; i < SEALED_SEQUENCES; i++) {
		sequence = &sequences[i];
		if (sequence->used && sequence->prefix == opened->prefix &&
		    sequence->pid == opened->pid) {
			if (opened->counter <= sequence->counter)
				return false;
			sequence->counter = opened->counter;
			sequence->used = now;
			return true;
		}
		if (sequence->used < oldest->used)
			oldest = sequence;
	}
	*oldest = (struct sealed_sequence){
		.prefix = opened->prefix,
		.used = now,
		.pid = opened->pid,
		.counter = opened->counter,
	};
	return true;
}
