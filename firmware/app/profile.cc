#include "firmware/app/profile.h"

#include <pb_encode.h>

#include <algorithm>

#include "firmware/app/detail.h"
#include "firmware/infer/infer.h"
#include "firmware/ports/platform.h"

namespace mcu_eval {
namespace {

// Most bytes of ProfileReply besides its nodes, and of one NodeProfile: tags,
// varints and lengths at their longest.
constexpr size_t kReplyBytes = 6 + 6 + 6 + 11 + 6 + 6 + 6;
constexpr size_t kNodeBytes = 2 + 6 + 11 + 2;

struct NodeList {
  const uint64_t* ticks;  // by node; null where nothing is counted
  size_t first;
  size_t end;
};

bool WriteNodes(pb_ostream_t* stream, const pb_field_t* field,
                void* const* arg) {
  const auto* list = static_cast<const NodeList*>(*arg);
  for (size_t node = list->first; node < list->end; ++node) {
    mcu_eval_NodeProfile profile = mcu_eval_NodeProfile_init_zero;
    profile.node = static_cast<uint32_t>(node);
    profile.has_ticks = list->ticks != nullptr;
    if (profile.has_ticks) profile.ticks = list->ticks[node];
    profile.kernels = static_cast<mcu_eval_KernelSet>(OperatorAt(node).kernels);
    if (!pb_encode_tag_for_field(stream, field) ||
        !pb_encode_submessage(stream, mcu_eval_NodeProfile_fields, &profile)) {
      return false;
    }
  }
  return true;
}

}  // namespace

void Profiler::Clear() {
  kept_ = false;
  runs_ = 0;
}

void Profiler::Before(void* self, size_t) {
  static_cast<Profiler*>(self)->begun_ = platform::MeasureNow();
}

void Profiler::After(void* self, size_t node) {
  const uint64_t now = platform::MeasureNow();
  auto* profiler = static_cast<Profiler*>(self);
  profiler->ticks_[node] = now - profiler->begun_;
}

bool Profiler::Run() {
  kept_ = false;
  const uint32_t step = platform::MeasureStep();
  if (step == 0) return Invoke();
  MeasureHooks();
  const NodeHooks hooks = {Before, After, this};
  SetNodeHooks(&hooks);
  platform::MeasureBegin();
  platform::MeasureDelay(runs_++ % step);
  const uint64_t begin = platform::MeasureNow();
  const bool done = Invoke();
  total_ticks_ = platform::MeasureNow() - begin;
  platform::MeasureEnd();
  SetNodeHooks(nullptr);
  return done;
}

void Profiler::Keep(uint32_t sample) {
  kept_ = true;
  sample_ = sample;
}

// Once behind each delay, so that the means are exact however coarse the
// counter; one round before that fills the caches.
void Profiler::MeasureHooks() {
  const NodeHooks hooks = {Before, After, this};
  const uint32_t step = platform::MeasureStep();
  uint64_t with = 0, without = 0, empty = 0;
  for (uint32_t round = 0; round <= step; ++round) {
    if (round == 1) with = without = empty = 0;
    SetNodeHooks(&hooks);
    platform::MeasureBegin();
    platform::MeasureDelay(round % step);
    uint64_t begin = platform::MeasureNow();
    InvokeNothing();
    with += platform::MeasureNow() - begin;
    SetNodeHooks(nullptr);
    begin = platform::MeasureNow();
    InvokeNothing();
    without += platform::MeasureNow() - begin;
    platform::MeasureEnd();
    empty += ticks_[0];
  }
  hook_ticks_ = static_cast<uint32_t>((with - without) / step);
  empty_ticks_ = static_cast<uint32_t>(empty / step);
}

void Profiler::SetPage(uint32_t sample, uint32_t first_node,
                       Answer& answer) const {
  if (!kept_ || sample != sample_) {
    return answer.SetError(mcu_eval_ErrorCode_NO_OUTPUT,
                           "not the sample of the last profile");
  }
  const size_t count = OperatorCount();
  if (first_node >= count) {
    return answer.SetError(mcu_eval_ErrorCode_BAD_REQUEST,
                           Detail()
                               .Add("first_node ")
                               .Add(first_node)
                               .Add(" of ")
                               .Add(static_cast<uint32_t>(count))
                               .c_str());
  }
  const size_t room = (answer.max_body() - kReplyBytes) / kNodeBytes;
  const bool counts = platform::MeasureStep() != 0;
  const NodeList list = {counts ? ticks_ : nullptr, first_node,
                         std::min<size_t>(count, first_node + room)};
  mcu_eval_ProfileReply reply = mcu_eval_ProfileReply_init_zero;
  reply.sample = sample;
  reply.node_count = static_cast<uint32_t>(count);
  reply.first_node = first_node;
  reply.nodes.funcs.encode = WriteNodes;
  reply.nodes.arg = const_cast<NodeList*>(&list);
  reply.has_total_ticks = counts;
  if (counts) {
    reply.total_ticks = total_ticks_;
    reply.tick_step = platform::MeasureStep();
    reply.hook_ticks = hook_ticks_;
    reply.empty_ticks = empty_ticks_;
  }
  answer.Set(mcu_eval_Kind_PROFILE_REPLY, &reply);
}

}  // namespace mcu_eval
