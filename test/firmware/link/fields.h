// nanopb structures to and from lists of fields, by nanopb's own descriptors,
// so that one loop serves the vectors of all messages.
#ifndef MCU_EVAL_TEST_FIRMWARE_LINK_FIELDS_H_
#define MCU_EVAL_TEST_FIRMWARE_LINK_FIELDS_H_

#include <pb_encode.h>

#include <cstring>
#include <memory>

#include "firmware/link/message.h"
#include "test/firmware/vectors.h"

namespace mcu_eval_test {

constexpr size_t kLargestStruct = 1024;
struct alignas(16) Storage {
  uint8_t bytes[kLargestStruct] = {};
};

inline std::vector<const Field*> WithTag(const std::vector<Field>& fields,
                                         int tag) {
  std::vector<const Field*> found;
  for (const Field& field : fields) {
    if (field.tag == tag) found.push_back(&field);
  }
  return found;
}

void Fill(const pb_msgdesc_t* desc, void* message,
          const std::vector<Field>& fields);

struct Callback {
  const pb_msgdesc_t* sub;  // null for strings and bytes
  std::vector<const Field*> fields;
  mcu_eval::ByteView view;
};

inline bool WriteSubs(pb_ostream_t* stream, const pb_field_t* field,
                      void* const* arg) {
  const auto* callback = static_cast<const Callback*>(*arg);
  for (const Field* f : callback->fields) {
    Storage storage;
    Fill(callback->sub, storage.bytes, f->sub);
    if (!pb_encode_tag_for_field(stream, field) ||
        !pb_encode_submessage(stream, callback->sub, storage.bytes)) {
      return false;
    }
  }
  return true;
}

// Lives until the program ends: nanopb keeps pointers to it.
inline Callback* Keep(Callback callback) {
  static std::vector<std::unique_ptr<Callback>> kept;
  kept.push_back(std::make_unique<Callback>(std::move(callback)));
  return kept.back().get();
}

inline pb_callback_t MakeCallback(const pb_msgdesc_t* sub,
                                  const std::vector<const Field*>& fields) {
  Callback* callback = Keep({sub, fields, {nullptr, 0}});
  if (sub != nullptr) {
    pb_callback_t result{};
    result.funcs.encode = WriteSubs;
    result.arg = callback;
    return result;
  }
  callback->view = {fields[0]->bytes.data(), fields[0]->bytes.size()};
  return mcu_eval::EncodeBytes(&callback->view);
}

// Sets the fields of a zeroed structure.
inline void Fill(const pb_msgdesc_t* desc, void* message,
                 const std::vector<Field>& fields) {
  pb_field_iter_t iter;
  if (!pb_field_iter_begin(&iter, desc, message)) return;
  do {
    const auto found = WithTag(fields, iter.tag);
    if (found.empty()) continue;
    if (PB_ATYPE(iter.type) == PB_ATYPE_CALLBACK) {
      const pb_callback_t callback = MakeCallback(iter.submsg_desc, found);
      std::memcpy(iter.pField, &callback, sizeof(callback));
      continue;
    }
    if (PB_HTYPE(iter.type) == PB_HTYPE_REPEATED) {
      *static_cast<pb_size_t*>(iter.pSize) =
          static_cast<pb_size_t>(found.size());
    } else if (PB_HTYPE(iter.type) == PB_HTYPE_OPTIONAL && iter.pSize) {
      *static_cast<bool*>(iter.pSize) = true;
    } else if (PB_HTYPE(iter.type) == PB_HTYPE_ONEOF) {
      *static_cast<pb_size_t*>(iter.pSize) = iter.tag;
    }
    for (size_t i = 0; i < found.size(); ++i) {
      uint8_t* at = static_cast<uint8_t*>(iter.pData) + i * iter.data_size;
      if (PB_LTYPE_IS_SUBMSG(iter.type)) {
        Fill(iter.submsg_desc, at, found[i]->sub);
      } else {
        std::memcpy(at, &found[i]->number, iter.data_size);
      }
    }
  } while (pb_field_iter_next(&iter));
}

// The fields that are set, in tag order; callbacks are left out.
inline std::vector<Field> Dump(const pb_msgdesc_t* desc, void* message) {
  std::vector<Field> fields;
  pb_field_iter_t iter;
  if (!pb_field_iter_begin(&iter, desc, message)) return fields;
  do {
    if (PB_ATYPE(iter.type) == PB_ATYPE_CALLBACK) continue;
    size_t count = 1;
    bool explicit_presence = true;
    if (PB_HTYPE(iter.type) == PB_HTYPE_REPEATED) {
      count = *static_cast<pb_size_t*>(iter.pSize);
    } else if (PB_HTYPE(iter.type) == PB_HTYPE_ONEOF) {
      count = *static_cast<pb_size_t*>(iter.pSize) == iter.tag ? 1 : 0;
    } else if (iter.pSize != nullptr) {
      count = *static_cast<bool*>(iter.pSize) ? 1 : 0;
    } else {
      explicit_presence = false;
    }
    for (size_t i = 0; i < count; ++i) {
      uint8_t* at = static_cast<uint8_t*>(iter.pData) + i * iter.data_size;
      if (PB_LTYPE_IS_SUBMSG(iter.type)) {
        fields.push_back(Sub(iter.tag, Dump(iter.submsg_desc, at)));
        continue;
      }
      uint64_t number = 0;
      std::memcpy(&number, at, iter.data_size);
      if (explicit_presence || number != 0) {
        fields.push_back(Number(iter.tag, number));
      }
    }
  } while (pb_field_iter_next(&iter));
  return fields;
}

}  // namespace mcu_eval_test

#endif  // MCU_EVAL_TEST_FIRMWARE_LINK_FIELDS_H_
