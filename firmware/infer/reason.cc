#include "firmware/infer/infer.h"

namespace mcu_eval {

const char* ModelReasonName(ModelReason reason) {
  switch (reason) {
    case ModelReason::kOk:
      return "OK";
    case ModelReason::kNoModel:
      return "NO_MODEL";
    case ModelReason::kBadHeader:
      return "BAD_HEADER";
    case ModelReason::kBadSize:
      return "BAD_SIZE";
    case ModelReason::kBadCrc:
      return "BAD_CRC";
    case ModelReason::kNotTflite:
      return "NOT_TFLITE";
    case ModelReason::kBadSchemaVersion:
      return "BAD_SCHEMA_VERSION";
    case ModelReason::kBadSubgraphs:
      return "BAD_SUBGRAPHS";
    case ModelReason::kBadIndex:
      return "BAD_INDEX";
    case ModelReason::kUnsupportedOp:
      return "UNSUPPORTED_OP";
    case ModelReason::kUnsupportedVersion:
      return "UNSUPPORTED_VERSION";
    case ModelReason::kUnsupportedType:
      return "UNSUPPORTED_TYPE";
    case ModelReason::kOptionalInput:
      return "OPTIONAL_INPUT";
    case ModelReason::kVariableTensor:
      return "VARIABLE_TENSOR";
    case ModelReason::kBadBuffer:
      return "BAD_BUFFER";
    case ModelReason::kBadShape:
      return "BAD_SHAPE";
    case ModelReason::kBadParameter:
      return "BAD_PARAMETER";
    case ModelReason::kBadQuantization:
      return "BAD_QUANTIZATION";
    case ModelReason::kArenaTooSmall:
      return "ARENA_TOO_SMALL";
    case ModelReason::kRuntimeRefused:
      return "RUNTIME_REFUSED";
  }
  return "UNKNOWN";
}

}  // namespace mcu_eval
