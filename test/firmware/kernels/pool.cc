#include "test/firmware/kernels/pool.h"

#include <cstring>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(begin, size) ((void)(begin), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(begin, size) ((void)(begin), (void)(size))
#endif

namespace mcu_eval_test::pool {
namespace {

constexpr size_t kBytes = 1 << 20;
constexpr size_t kGuard = 48;
constexpr size_t kMost = 16;

struct Block {
  const char* name;
  size_t begin, data, data_end, end;  // offsets into the memory
  bool sealed;
  uint32_t hash;
};

alignas(64) uint8_t g_memory[kBytes];
Block g_blocks[kMost];
size_t g_count = 0;

// Differs from place to place, so that a shifted copy shows.
uint8_t Pattern(size_t at) { return static_cast<uint8_t>(0x5A ^ (at * 37)); }

uint32_t HashOf(const Block& block) {
  uint32_t hash = 2166136261u;  // FNV-1a
  for (size_t i = block.data; i < block.data_end; ++i) {
    hash = (hash ^ g_memory[i]) * 16777619u;
  }
  return hash;
}

bool GuardsIntact(const Block& block) {
  for (size_t i = block.begin; i < block.data; ++i) {
    if (g_memory[i] != Pattern(i)) return false;
  }
  for (size_t i = block.data_end; i < block.end; ++i) {
    if (g_memory[i] != Pattern(i)) return false;
  }
  return true;
}

void PoisonGuards(const Block& block) {
  ASAN_POISON_MEMORY_REGION(g_memory + block.begin, block.data - block.begin);
  ASAN_POISON_MEMORY_REGION(g_memory + block.data_end,
                            block.end - block.data_end);
}

}  // namespace

void Reset() { Release(0); }

uint8_t* Take(const char* name, size_t bytes, size_t offset) {
  Block block = {};
  block.name = name;
  block.begin = g_count == 0 ? 0 : g_blocks[g_count - 1].end;
  block.data = block.begin + kGuard + offset;
  block.data_end = block.data + bytes;
  block.end = (block.data_end + kGuard + 15) / 16 * 16;
  if (g_count == kMost || block.end > kBytes) __builtin_trap();
  ASAN_UNPOISON_MEMORY_REGION(g_memory + block.begin, block.end - block.begin);
  for (size_t i = block.begin; i < block.end; ++i) g_memory[i] = Pattern(i);
  PoisonGuards(block);
  g_blocks[g_count++] = block;
  return g_memory + block.data;
}

size_t Mark() { return g_count; }

void Release(size_t mark) {
  if (g_count > mark) g_count = mark;
}

void Seal() {
  for (size_t i = 0; i < g_count; ++i) {
    g_blocks[i].sealed = true;
    g_blocks[i].hash = HashOf(g_blocks[i]);
  }
}

const char* Damage(bool* outside) {
  for (size_t i = 0; i < g_count; ++i) {
    const Block& block = g_blocks[i];
    ASAN_UNPOISON_MEMORY_REGION(g_memory + block.begin,
                                block.end - block.begin);
    *outside = !GuardsIntact(block);
    PoisonGuards(block);
    if (*outside || (block.sealed && HashOf(block) != block.hash)) {
      return block.name;
    }
  }
  return nullptr;
}

}  // namespace mcu_eval_test::pool
