#include "firmware/infer/kernels/memory.h"

namespace mcu_eval::kernels {
namespace {

size_t g_nodes_left = 0;
size_t g_bytes = 0;
uint8_t* g_scratch = nullptr;

}  // namespace

void BeginScratch(size_t nodes) {
  g_nodes_left = nodes;
  g_bytes = 0;
  g_scratch = nullptr;
}

void WantScratch(size_t bytes) {
  if (bytes > g_bytes) g_bytes = bytes;
}

TfLiteStatus EndPrepare(TfLiteContext* context) {
  if (--g_nodes_left > 0 || g_bytes == 0) return kTfLiteOk;
  g_scratch = Keep<uint8_t>(context, g_bytes);
  return g_scratch == nullptr ? kTfLiteError : kTfLiteOk;
}

uint8_t* Scratch() { return g_scratch; }

size_t ScratchBytes() { return g_bytes; }

}  // namespace mcu_eval::kernels
