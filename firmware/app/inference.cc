#include "firmware/app/inference.h"

#include <pb_encode.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "firmware/app/detail.h"
#include "firmware/infer/infer.h"
#include "firmware/link/crc.h"

namespace mcu_eval {
namespace {

// Most bytes of InferReply besides outputs, of one TensorValue besides its
// data, and of OutputChunk besides its data: tags, varints and lengths at their
// longest (a frame's length takes 3 bytes).
constexpr size_t kInferReplyBytes = 6 + 5 + 2 + 11 + 11 + 6;
constexpr size_t kTensorValueBytes = 4 + 6 + 6 + 5 + 4;
constexpr size_t kOutputChunkBytes = 6 + 6 + 6 + 4 + 6;

static_assert(static_cast<int>(InputState::kBadChunk) ==
                  mcu_eval_IncompleteReason_BAD_CHUNK,
              "InputState goes onto the wire as it is");

struct OutputList {
  const OutputTensor* first;
  size_t count;
};

bool WriteOutputs(pb_ostream_t* stream, const pb_field_t* field,
                  void* const* arg) {
  const auto* list = static_cast<const OutputList*>(*arg);
  for (size_t i = 0; i < list->count; ++i) {
    const OutputTensor& output = list->first[i];
    mcu_eval_TensorValue value = mcu_eval_TensorValue_init_zero;
    value.index = output.index;
    value.total_bytes = output.bytes;
    value.crc = output.crc;
    value.data = EncodeBytes(&output.shown);
    if (!pb_encode_tag_for_field(stream, field) ||
        !pb_encode_submessage(stream, mcu_eval_TensorValue_fields, &value)) {
      return false;
    }
  }
  return true;
}

}  // namespace

Inference::Inference(const platform::Board& board, const ModelState& model)
    : clock_source_(board.clock_source),
      direct_load_(model.direct_load),
      overlaps_(board.takes_bytes_in_invoke && !model.direct_load) {
  if (direct_load_) {
    staging_.Init(InputData(0), model.input_bytes, model.input_bytes);
  } else {
    staging_.Init(board.staging, board.staging_bytes, model.input_bytes);
  }
}

void Inference::Clear() {
  staging_.Clear();
  profiler_.Clear();
  output_count_ = 0;
}

void Inference::LoadInput(const LoadInputBody& load) {
  const mcu_eval_LoadInput& fields = load.fields;
  const ChunkPlace place = {fields.slot, fields.input_id, fields.total_bytes,
                            fields.offset};
  if (direct_load_) output_count_ = 0;
  if (load.raw.data != nullptr && !fields.has_delta) {
    staging_.LoadRaw(place, load.raw.data, load.raw.size);
  } else if (load.raw.data == nullptr && fields.has_delta && !direct_load_) {
    staging_.LoadDelta(
        place, {fields.delta.base_crc, fields.delta.length, fields.delta.bits,
                load.packed.data, load.packed.size});
  } else {
    staging_.LoadBad(place);
  }
}

void Inference::Infer(const mcu_eval_Infer& infer, Answer& answer) {
  if (!Accept(infer, overlaps_, answer)) return;
  const bool exclusive = EnumNumber(infer.mode) == mcu_eval_InferMode_EXCLUSIVE;
  Begin(infer);
  if (exclusive) platform::MeasureBegin();
  const bool done = Invoke();
  const uint64_t ticks = exclusive ? platform::MeasureEnd() : 0;
  if (!End(infer, done, answer)) return;
  last_sample_ = infer.sample;
  CollectOutputs(infer, answer.max_body());

  const OutputList list = {outputs_, output_count_};
  mcu_eval_InferReply reply = mcu_eval_InferReply_init_zero;
  reply.sample = infer.sample;
  reply.input_crc = infer.input_crc;
  reply.mode = infer.mode;
  reply.outputs.funcs.encode = WriteOutputs;
  reply.outputs.arg = const_cast<OutputList*>(&list);
  reply.has_ticks = exclusive && clock_source_ != platform::ClockSource::kNone;
  reply.has_irq_ticks = reply.has_ticks;
  reply.ticks = ticks;
  reply.irq_ticks = platform::MeasuredIrqCycles();
  reply.invoke_count = invokes_;
  answer.Set(mcu_eval_Kind_INFER_REPLY, &reply);
}

void Inference::Profile(const mcu_eval_Profile& profile, Answer& answer) {
  const mcu_eval_Infer& infer = profile.infer;
  if (profile.first_node > 0) {
    return profiler_.SetPage(infer.sample, profile.first_node, answer);
  }
  if (!Accept(infer, false, answer)) return;
  if (OperatorCount() > Profiler::kMaxNodes) {
    return answer.SetError(mcu_eval_ErrorCode_UNSUPPORTED,
                           Detail()
                               .Add("a profile takes ")
                               .Add(uint32_t{Profiler::kMaxNodes})
                               .Add(" operators at most")
                               .c_str());
  }
  Begin(infer);
  if (!End(infer, profiler_.Run(), answer)) return;
  profiler_.Keep(infer.sample);
  profiler_.SetPage(infer.sample, 0, answer);
}

bool Inference::Accept(const mcu_eval_Infer& infer, bool overlaps,
                       Answer& answer) {
  const uint32_t mode = EnumNumber(infer.mode);
  const bool overlapped = mode == mcu_eval_InferMode_OVERLAPPED;
  if (overlapped && !overlaps) {
    answer.SetError(mcu_eval_ErrorCode_UNSUPPORTED,
                    overlaps_ ? "only EXCLUSIVE runs are profiled"
                              : "this board has no OVERLAPPED mode");
    return false;
  }
  if (!overlapped && mode != mcu_eval_InferMode_EXCLUSIVE) {
    answer.SetError(mcu_eval_ErrorCode_BAD_REQUEST,
                    Detail().Add("mode ").Add(mode).c_str());
    return false;
  }
  return TensorsReportable(infer, answer) && InputReady(infer, answer);
}

void Inference::Begin(const mcu_eval_Infer& infer) {
  FillInputs(infer.slot);
  output_count_ = 0;
  platform::SetPhase(platform::Phase::kInvoke);
}

bool Inference::End(const mcu_eval_Infer& infer, bool done, Answer& answer) {
  platform::SetPhase(platform::Phase::kServe);
  if (direct_load_) staging_.Drop(infer.slot);
  if (done) {
    ++invokes_;
  } else {
    answer.SetError(mcu_eval_ErrorCode_INVOKE_FAILED, LastError());
  }
  return done;
}

bool Inference::TensorsReportable(const mcu_eval_Infer& infer,
                                  Answer& answer) const {
  for (pb_size_t i = 0; i < infer.report_tensors_count; ++i) {
    const uint32_t index = infer.report_tensors[i];
    if (IntactTensorData(index) != nullptr) continue;
    answer.SetError(mcu_eval_ErrorCode_BAD_REQUEST,
                    Detail()
                        .Add("tensor ")
                        .Add(index)
                        .Add(" does not exist or is not intact after Invoke")
                        .c_str());
    return false;
  }
  return true;
}

bool Inference::InputReady(const mcu_eval_Infer& infer, Answer& answer) {
  if (infer.slot >= staging_.slots()) {
    answer.SetError(mcu_eval_ErrorCode_BAD_REQUEST,
                    Detail().Add("slot ").Add(infer.slot).c_str());
    return false;
  }
  const InputState state =
      staging_.Check(infer.slot, infer.input_id, infer.input_crc);
  if (state == InputState::kReady) return true;

  mcu_eval_InputIncomplete reply = mcu_eval_InputIncomplete_init_zero;
  reply.sample = infer.sample;
  reply.slot = infer.slot;
  reply.input_id = infer.input_id;
  reply.reason = static_cast<mcu_eval_IncompleteReason>(state);
  if (state != InputState::kOtherInput) {
    constexpr size_t kCapacity = std::size(reply.missing);
    ByteRange gaps[kCapacity];
    const size_t count = staging_.Missing(infer.slot, gaps, kCapacity);
    reply.missing_count = static_cast<pb_size_t>(count);
    for (size_t i = 0; i < count; ++i) {
      reply.missing[i] = {gaps[i].begin, gaps[i].end};
    }
    reply.actual_crc = staging_.ActualCrc(infer.slot);
  }
  answer.Set(mcu_eval_Kind_INPUT_INCOMPLETE, &reply);
  return false;
}

void Inference::FillInputs(uint32_t slot) {
  if (direct_load_) return;
  const uint8_t* src = staging_.Data(slot);
  for (size_t i = 0; i < InputCount(); ++i) {
    const uint32_t bytes = InputInfo(i).bytes;
    std::memcpy(InputData(i), src, bytes);
    src += bytes;
  }
}

void Inference::CollectOutputs(const mcu_eval_Infer& infer, size_t max_body) {
  for (size_t i = 0; i < OutputCount(); ++i) {
    const TensorInfo info = OutputInfo(i);
    outputs_[output_count_++] = {static_cast<uint32_t>(info.index),
                                 info.bytes,
                                 0,
                                 {OutputData(i), info.bytes}};
  }
  for (pb_size_t i = 0; i < infer.report_tensors_count; ++i) {
    const uint32_t index = infer.report_tensors[i];
    const uint32_t bytes = TensorAt(index).bytes;
    outputs_[output_count_++] = {
        index, bytes, 0, {IntactTensorData(index), bytes}};
  }
  const size_t fixed = kInferReplyBytes + output_count_ * kTensorValueBytes;
  size_t room = max_body > fixed ? max_body - fixed : 0;
  for (size_t i = 0; i < output_count_; ++i) {
    OutputTensor& output = outputs_[i];
    output.crc = Crc32(0, output.shown.data, output.bytes);
    output.shown.size = std::min<size_t>(output.bytes, room);
    room -= output.shown.size;
  }
}

void Inference::ReadOutput(const mcu_eval_ReadOutput& read, Answer& answer) {
  const OutputTensor* end = outputs_ + output_count_;
  const OutputTensor* output = std::find_if(
      static_cast<const OutputTensor*>(outputs_), end,
      [&](const OutputTensor& o) { return o.index == read.tensor; });
  if (read.sample != last_sample_ || output == end) {
    return answer.SetError(mcu_eval_ErrorCode_NO_OUTPUT,
                           "not a tensor of the last inference");
  }
  if (read.length == 0 || read.offset >= output->bytes) {
    return answer.SetError(mcu_eval_ErrorCode_BAD_REQUEST,
                           Detail()
                               .Add("offset ")
                               .Add(read.offset)
                               .Add(", length ")
                               .Add(read.length)
                               .Add(" of a tensor of ")
                               .Add(output->bytes)
                               .Add(" bytes")
                               .c_str());
  }
  const size_t room = answer.max_body() - kOutputChunkBytes;
  const size_t left = output->bytes - read.offset;
  const ByteView data = {output->shown.data + read.offset,
                         std::min({room, left, size_t{read.length}})};
  mcu_eval_OutputChunk chunk = mcu_eval_OutputChunk_init_zero;
  chunk.sample = read.sample;
  chunk.tensor = read.tensor;
  chunk.offset = read.offset;
  chunk.data = EncodeBytes(&data);
  chunk.total_bytes = output->bytes;
  answer.Set(mcu_eval_Kind_OUTPUT_CHUNK, &chunk);
}

}  // namespace mcu_eval
