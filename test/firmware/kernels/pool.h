// Memory for one case, between guards: writes beyond a block are found by the
// guards' pattern on every machine, reads and writes also by ASan natively.
#ifndef MCU_EVAL_TEST_FIRMWARE_KERNELS_POOL_H_
#define MCU_EVAL_TEST_FIRMWARE_KERNELS_POOL_H_

#include <cstddef>
#include <cstdint>

namespace mcu_eval_test::pool {

// Frees all blocks.
void Reset();

// `bytes` that begin `offset` beyond a multiple of 16. `name`, kept, is what a
// damage is told of.
uint8_t* Take(const char* name, size_t bytes, size_t offset = 0);

// What is taken after Mark() is freed by Release().
size_t Mark();
void Release(size_t mark);

// From here on the blocks taken so far must not change.
void Seal();

// Null if every guard and every sealed block is as it was, else the name of the
// block at fault; `outside` tells the guard from the block.
const char* Damage(bool* outside);

}  // namespace mcu_eval_test::pool

#endif  // MCU_EVAL_TEST_FIRMWARE_KERNELS_POOL_H_
