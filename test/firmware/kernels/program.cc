// Command: [kernel|all [cases [seed [first]]]], by default `all 300 1 0`.
//
// Prints a line for each kernel, and stops a kernel at its first failure with
// the command that runs that case alone.
#include <cstdlib>
#include <cstring>

#include "test/firmware/kernels/console.h"
#include "test/firmware/kernels/trial.h"

namespace mcu_eval_test {
namespace {

const Subject* g_subjects = nullptr;

struct Command {
  char kernel[32] = "all";
  uint64_t cases = 300, seed = 1, first = 0;
};

Command Parse(const char* text) {
  Command command;
  uint64_t* const numbers[] = {&command.cases, &command.seed, &command.first};
  for (int word = 0; word < 4; ++word) {
    text += std::strspn(text, " \n");
    const size_t length = std::strcspn(text, " \n");
    if (length == 0) break;
    if (word > 0) {
      *numbers[word - 1] = std::strtoull(text, nullptr, 10);
    } else if (length < sizeof(command.kernel)) {
      std::memcpy(command.kernel, text, length);
      command.kernel[length] = 0;
    }
    text += length;
  }
  return command;
}

void PrintFailure(const Subject& subject, const Trial& trial, uint64_t number,
                  uint64_t seed) {
  char line[700];
  Text(line, sizeof(line))
      .Add("FAILED ")
      .Add(subject.name)
      .Add(": ")
      .Add(trial.failure)
      .Add("; ")
      .Add(trial.plan)
      .Add("; alone: ")
      .Add(subject.name)
      .Add(" 1 ")
      .Add(seed)
      .Add(" ")
      .Add(number);
  PrintLine(line);
}

const Subject* g_subject = nullptr;
uint64_t g_number = 0, g_seed = 0;

bool RunSubject(const Subject& subject, const Command& command) {
  uint32_t runs[kMostSets] = {};
  for (uint64_t i = 0; i < command.cases; ++i) {
    const uint64_t number = command.first + i;
    g_subject = &subject, g_number = number, g_seed = command.seed;
    BeginCase(static_cast<uint32_t>(number));
    Random random(command.seed, subject.name, number);
    Trial trial = {random, {}, {}, runs};
    pool::Reset();
    subject.run(trial);
    if (trial.failed()) {
      PrintFailure(subject, trial, number, command.seed);
      return false;
    }
  }
  FormSet sets[kMostSets];
  const size_t n = FormSets(sets);
  char line[200];
  Text text(line, sizeof(line));
  text.Add(subject.name).Add(": ").Add(command.cases).Add(" cases");
  for (size_t i = 0; i < n; ++i) {
    if (runs[i] > 0) text.Add(", ").Add(sets[i].name).Add(' ').Add(runs[i]);
  }
  PrintLine(line);
  return true;
}

}  // namespace

Subject::Subject(const char* name, void (*run)(Trial& trial))
    : name(name), run(run), next(g_subjects) {
  g_subjects = this;
}

void PrintCurrent() {
  char line[120];
  Text text(line, sizeof(line));
  text.Add("FAILED alone: ")
      .Add(g_subject == nullptr ? "none" : g_subject->name);
  text.Add(" 1 ").Add(g_seed).Add(' ').Add(g_number);
  PrintLine(line);
}

int RunProgram(const char* text) {
  const Command command = Parse(text);
  const bool all = std::strcmp(command.kernel, "all") == 0;
  bool any = false, good = true;
  for (const Subject* s = g_subjects; s != nullptr; s = s->next) {
    if (!all && std::strcmp(command.kernel, s->name) != 0) continue;
    any = true;
    good = RunSubject(*s, command) && good;
  }
  if (!any) PrintLine("no such kernel");
  return any && good ? 0 : 1;
}

}  // namespace mcu_eval_test
