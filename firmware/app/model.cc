#include "firmware/app/model.h"

#include "firmware/infer/infer.h"
#include "firmware/infer/region.h"

namespace mcu_eval {
namespace {

mcu_eval_InitStatus StatusOf(ModelReason reason) {
  switch (reason) {
    case ModelReason::kOk:
      return mcu_eval_InitStatus_READY;
    case ModelReason::kNoModel:
      return mcu_eval_InitStatus_NO_MODEL;
    case ModelReason::kBadCrc:
      return mcu_eval_InitStatus_MODEL_CRC;
    case ModelReason::kBadHeader:
    case ModelReason::kBadSize:
    case ModelReason::kNotTflite:
    case ModelReason::kBadSchemaVersion:
      return mcu_eval_InitStatus_MODEL_FORMAT;
    case ModelReason::kUnsupportedOp:
    case ModelReason::kUnsupportedVersion:
    case ModelReason::kUnsupportedType:
    case ModelReason::kOptionalInput:
    case ModelReason::kVariableTensor:
      return mcu_eval_InitStatus_OPERATOR_UNSUPPORTED;
    case ModelReason::kBadSubgraphs:
    case ModelReason::kBadIndex:
    case ModelReason::kBadBuffer:
    case ModelReason::kBadShape:
    case ModelReason::kBadParameter:
    case ModelReason::kBadQuantization:
      return mcu_eval_InitStatus_MODEL_INVALID;
    case ModelReason::kArenaTooSmall:
      return mcu_eval_InitStatus_ARENA_TOO_SMALL;
    case ModelReason::kRuntimeRefused:
      return mcu_eval_InitStatus_RUNTIME_REFUSED;
  }
  return mcu_eval_InitStatus_INIT_UNSPECIFIED;
}

void Refuse(ModelState& state, const ModelStatus& status) {
  state.status = StatusOf(status.reason);
  state.detail.Add(ModelReasonName(status.reason)).Add(": ").Add(status.detail);
}

bool CrashedInLoad() {
  const platform::FaultRecord* fault = platform::LastFault();
  return platform::LastResetCause() == platform::ResetCause::kFault &&
         fault != nullptr && fault->phase == platform::Phase::kLoad;
}

void CheckTensors(ModelState& state, const platform::Board& board) {
  if (InputCount() > kMaxModelTensors || OutputCount() > kMaxModelTensors) {
    state.status = mcu_eval_InitStatus_MODEL_INVALID;
    state.detail.Add("the model has ")
        .Add(static_cast<uint32_t>(InputCount()))
        .Add(" inputs and ")
        .Add(static_cast<uint32_t>(OutputCount()))
        .Add(" outputs, 4 each can be served");
    return;
  }
  for (size_t i = 0; i < InputCount(); ++i) {
    state.input_bytes += InputInfo(i).bytes;
  }
  state.direct_load = board.staging_bytes == 0 && InputCount() == 1;
  if (!state.direct_load && board.staging_bytes < state.input_bytes) {
    state.status = mcu_eval_InitStatus_STAGING_TOO_SMALL;
    state.detail.Add("an input has ")
        .Add(state.input_bytes)
        .Add(" bytes, the staging buffer ")
        .Add(board.staging_bytes);
  }
}

}  // namespace

ModelState LoadModel(const platform::Board& board) {
  ModelState state;
  RegionModel found;
  const ModelStatus region =
      FindModel(board.model_region, board.model_region_bytes, &found);
  state.crc = found.crc32;
  state.bytes = found.size;
  if (!region.ok()) {
    Refuse(state, region);
    return state;
  }
  if (CrashedInLoad()) {
    state.status = mcu_eval_InitStatus_RUNTIME_REFUSED;
    state.detail.Add("this model crashed the firmware while it was loaded");
    return state;
  }
  platform::SetPhase(platform::Phase::kLoad);
  const ModelStatus loaded =
      Load(found.data, found.size, board.arena, board.arena_bytes);
  platform::SetPhase(platform::Phase::kBoot);
  if (!loaded.ok()) {
    Refuse(state, loaded);
    return state;
  }
  state.status = mcu_eval_InitStatus_READY;
  CheckTensors(state, board);
  return state;
}

}  // namespace mcu_eval
