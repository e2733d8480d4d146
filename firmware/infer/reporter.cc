#include "firmware/infer/reporter.h"

#include <cstring>

#include "firmware/infer/text.h"

namespace mcu_eval {
namespace {

bool BeginsWith(const char* text, const char* prefix) {
  return std::strncmp(text, prefix, std::strlen(prefix)) == 0;
}

// The subset of printf that the runtime's messages use.
void Format(Text& out, const char* format, va_list args) {
  for (const char* p = format; *p != 0; ++p) {
    if (*p == '\n' || *p == '\r') continue;
    if (*p != '%') {
      out.Add(*p);
      continue;
    }
    switch (*++p) {
      case 'd':
      case 'i':
        out.Add(va_arg(args, int));
        // A slip in the runtime: "number %df".
        if (p[1] == 'f') ++p;
        break;
      case 'u':
        out.Add(static_cast<int64_t>(va_arg(args, unsigned)));
        break;
      case 'x':
        out.Hex(va_arg(args, unsigned));
        break;
      case 's': {
        const char* text = va_arg(args, const char*);
        out.Add(text == nullptr ? "(null)" : text);
        break;
      }
      case 'f':
        out.Add(static_cast<int64_t>(va_arg(args, double)));
        break;
      case 0:
        return;
      default:
        out.Add(*p);
    }
  }
}

}  // namespace

void Reporter::Clear() {
  message_[0] = 0;
  shortage_ = {};
}

void Reporter::NoteShortage(const char* format, va_list args) {
  // Follows on the allocator's own message.
  if (shortage_.kind == Shortage::kTail &&
      BeginsWith(format, "Failed to allocate memory for allocation_info")) {
    shortage_.kind = Shortage::kPlanner;
  }
  if (shortage_.kind != Shortage::kNone) return;
  if (BeginsWith(format, "Arena size is too small for activation buffers")) {
    shortage_.kind = Shortage::kPlan;
    shortage_.bytes = static_cast<uint32_t>(va_arg(args, int));
    shortage_.available = static_cast<uint32_t>(va_arg(args, int));
  } else if (BeginsWith(format, "Too many buffers")) {
    shortage_.kind = Shortage::kPlanner;
    shortage_.bytes = 16;
  } else if (BeginsWith(format, "Failed to allocate memory. Requested")) {
    shortage_.kind = Shortage::kTail;
    (void)va_arg(args, int);
    (void)va_arg(args, int);
    shortage_.bytes = static_cast<uint32_t>(va_arg(args, int));
  }
}

int Reporter::Report(const char* format, va_list args) {
  va_list copy;
  va_copy(copy, args);
  NoteShortage(format, copy);
  va_end(copy);
  const size_t used = std::strlen(message_);
  if (used + 4 < sizeof(message_)) {
    char* end = message_ + used;
    Text text(end, sizeof(message_) - used);
    if (used > 0) text.Add("; ");
    Format(text, format, args);
  }
  return 0;
}

}  // namespace mcu_eval
