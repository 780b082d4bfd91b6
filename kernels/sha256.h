// SHA-256 as FIPS 180-4 has it, for checksums of small files: a library of hashes takes longer to load than they do to check.
#pragma once

typedef unsigned char Byte;
typedef unsigned Word;

static const Word round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static Word rotate(Word x, int by) { return x >> by | x << (32 - by); }

static void add_block(Word *state, const Byte *block) {
  Word w[64];
  for (int t = 0; t < 16; t++, block += 4) w[t] = (Word)block[0] << 24 | (Word)block[1] << 16 | (Word)block[2] << 8 | block[3];
  for (int t = 16; t < 64; t++) {
    const Word s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
    const Word s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  Word a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
  for (int t = 0; t < 64; t++) {
    const Word s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25), s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const Word t1 = h + s1 + ((e & f) ^ (~e & g)) + round_constants[t] + w[t], t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

// Of `size` bytes; the digest has 32.
static void sha256(const Byte *data, unsigned long long size, Byte *digest) {
  Word state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  const unsigned long long whole = size / 64 * 64;
  for (unsigned long long at = 0; at < whole; at += 64) add_block(state, data + at);
  // The rest, a one, zeros, and the count of bits in the last eight bytes of a block.
  const int rest = (int)(size - whole), end = rest < 56 ? 64 : 128;
  Byte last[128];
  for (int i = 0; i < end; i++) {
    const int from_end = end - 1 - i;
    last[i] = i < rest ? data[whole + i] : i == rest ? 0x80 : from_end < 8 ? (Byte)(size << 3 >> 8 * from_end) : 0;
  }
  for (int at = 0; at < end; at += 64) add_block(state, last + at);
  for (int i = 0; i < 32; i++) digest[i] = (Byte)(state[i / 4] >> (24 - i % 4 * 8));
}
