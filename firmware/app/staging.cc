#include "firmware/app/staging.h"

#include <algorithm>
#include <cstring>

#include "firmware/link/crc.h"

namespace mcu_eval {
namespace {

constexpr size_t kAlignment = 16;

// Signed difference number `i` of a packed row.
int32_t Unpack(const DeltaChunk& delta, uint32_t i) {
  const uint64_t first_bit = static_cast<uint64_t>(i) * delta.bits;
  const size_t byte = static_cast<size_t>(first_bit / 8);
  uint32_t window = delta.packed[byte];
  if (byte + 1 < delta.packed_size) {
    window |= static_cast<uint32_t>(delta.packed[byte + 1]) << 8;
  }
  const uint32_t value = (window >> (first_bit % 8)) & ((1u << delta.bits) - 1);
  const uint32_t sign = 1u << (delta.bits - 1);
  return static_cast<int32_t>(value ^ sign) - static_cast<int32_t>(sign);
}

bool Sound(const DeltaChunk& delta) {
  if (delta.bits < 1 || delta.bits > 8) return false;
  const uint64_t bits = static_cast<uint64_t>(delta.length) * delta.bits;
  return delta.packed_size == (bits + 7) / 8;
}

}  // namespace

void Staging::Init(uint8_t* memory, size_t bytes, uint32_t input_bytes) {
  memory_ = memory;
  input_bytes_ = input_bytes;
  slot_bytes_ = (static_cast<size_t>(input_bytes) + kAlignment - 1) /
                kAlignment * kAlignment;
  slots_ = 0;
  if (input_bytes > 0 && bytes >= input_bytes) {
    slots_ = std::clamp<size_t>(bytes / slot_bytes_, 1, kMaxSlots);
  }
  Clear();
}

void Staging::Clear() { std::fill(slot_, slot_ + kMaxSlots, Slot{}); }

void Staging::Drop(uint32_t slot) {
  slot_[slot].received.Clear();
  slot_[slot].crc_known = false;
}

Staging::Slot* Staging::FindAssembly(const ChunkPlace& place) {
  if (place.slot >= slots_) return nullptr;
  Slot& slot = slot_[place.slot];
  const int32_t age = static_cast<int32_t>(place.input_id - slot.input_id);
  if (slot.used && age < 0) return nullptr;
  if (!slot.used || age > 0) {
    slot = Slot{};
    slot.used = true;
    slot.input_id = place.input_id;
  }
  return &slot;
}

Staging::Slot* Staging::Begin(const ChunkPlace& place, uint32_t length) {
  Slot* slot = FindAssembly(place);
  if (slot == nullptr) return nullptr;
  if (length == 0 || place.total_bytes != input_bytes_ ||
      place.offset > input_bytes_ || length > input_bytes_ - place.offset) {
    slot->bad_chunk = true;
    return nullptr;
  }
  return slot;
}

void Staging::LoadRaw(const ChunkPlace& place, const uint8_t* data,
                      size_t size) {
  const uint32_t length =
      static_cast<uint32_t>(std::min<size_t>(size, UINT32_MAX));
  Slot* slot = Begin(place, length);
  if (slot == nullptr ||
      !slot->received.Add({place.offset, place.offset + length})) {
    return;
  }
  std::memcpy(At(place), data, length);
  slot->crc_known = false;
}

void Staging::LoadDelta(const ChunkPlace& place, const DeltaChunk& delta) {
  Slot* slot = Begin(place, delta.length);
  if (slot == nullptr) return;
  if (!Sound(delta)) {
    slot->bad_chunk = true;
    return;
  }
  const uint8_t* base = FindBase(place.slot, delta.base_crc);
  if (base == nullptr) {
    slot->base_missing = true;
    return;
  }
  if (!slot->received.Add({place.offset, place.offset + delta.length})) return;
  uint8_t* dst = At(place);
  for (uint32_t i = 0; i < delta.length; ++i) {
    dst[i] = static_cast<uint8_t>(base[place.offset + i] + Unpack(delta, i));
  }
  slot->crc_known = false;
}

void Staging::LoadBad(const ChunkPlace& place) {
  Slot* slot = FindAssembly(place);
  if (slot != nullptr) slot->bad_chunk = true;
}

InputState Staging::Check(uint32_t slot, uint32_t input_id, uint32_t crc) {
  Slot& s = slot_[slot];
  if (!s.used || s.input_id != input_id) return InputState::kOtherInput;
  const bool complete = Complete(s);
  if (complete && ActualCrc(slot) == crc) return InputState::kReady;
  InputState state =
      complete ? InputState::kCrcDiffers : InputState::kMissingBytes;
  if (s.base_missing) state = InputState::kBaseMissing;
  if (s.bad_chunk) state = InputState::kBadChunk;
  s.bad_chunk = false;
  s.base_missing = false;
  return state;
}

size_t Staging::Missing(uint32_t slot, ByteRange* gaps, size_t capacity) const {
  return slot_[slot].received.Gaps(input_bytes_, gaps, capacity);
}

uint32_t Staging::ActualCrc(uint32_t slot) {
  Slot& s = slot_[slot];
  if (!Complete(s)) return 0;
  if (!s.crc_known) {
    s.crc = Crc32(0, Data(slot), input_bytes_);
    s.crc_known = true;
  }
  return s.crc;
}

bool Staging::Complete(const Slot& slot) const {
  return slot.used && slot.received.Covers(input_bytes_);
}

const uint8_t* Staging::FindBase(uint32_t except, uint32_t crc) {
  for (uint32_t i = 0; i < slots_; ++i) {
    if (i != except && Complete(slot_[i]) && ActualCrc(i) == crc) {
      return Data(i);
    }
  }
  return nullptr;
}

}  // namespace mcu_eval
