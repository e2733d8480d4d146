# Compilers, flags and the rules from sources to an image and to the tests.

comma := ,
# ---- flags --------------------------------------------------------------------------------------
# Products and sums are never fused: integer outputs must not depend on the
# machine, and scales are computed in floating point.
COMMON := -g -ffunction-sections -fdata-sections -ffp-contract=off
TFLM_DEFINES := -DNDEBUG -DTF_LITE_STATIC_MEMORY -DTF_LITE_MCU_DEBUG_LOG \
  -DGEMMLOWP_ALLOW_SLOW_SCALAR_FALLBACK -DTF_LITE_DISABLE_X86_NEON

# The family's folder, and what the boards of its emulator share.
PORT_FOLDERS := $(addprefix $(FW)/ports/,$(FAMILY) $(EMULATOR))

ifeq ($(FAMILY),native)
  PREFIX :=
  # -O3 vectorises the reference kernels; x86-64-v3 (AVX2) takes another third
  # off. A machine without it gets the baseline, with the same output bytes.
  MARCH ?= $(if $(and $(filter x86_64,$(shell uname -m)),$(shell grep -wm1 avx2 /proc/cpuinfo | grep -w bmi2 | \
    grep -w fma | grep -w movbe)),x86-64-v3)
  MACHINE := $(if $(MARCH),-march=$(MARCH)) $(if $(SAN),-O1 -fsanitize=address$(comma)undefined \
    -fno-sanitize-recover=undefined -fno-omit-frame-pointer,-O3)
  LINK := $(MACHINE) -pthread -Wl,--gc-sections
else
  PREFIX := arm-none-eabi-
  MACHINE := $(CPU_FLAGS) -O2 -fno-unwind-tables -fno-asynchronous-unwind-tables
  # Destructors of statics never run.
  OUR_MACHINE := -fno-use-cxa-atexit -Wno-psabi
  SCRIPT := $(FW)/ports/$(FAMILY)/$(FAMILY).ld $(if $(EMULATOR),$(FW)/ports/$(EMULATOR)/sections.ld)
  LINK := $(CPU_FLAGS) --specs=nano.specs -nostartfiles -Wl,--gc-sections,--fatal-warnings \
    -Wl,--no-warn-rwx-segments $(addprefix -L,$(PORT_FOLDERS)) -T $(firstword $(SCRIPT))
endif

CXX := $(PREFIX)g++
CC := $(PREFIX)gcc
AR := $(PREFIX)ar

DOWNLOADS := $(TFLM)/tensorflow/lite/micro/tools/make/downloads
TFLM_INCLUDES := -isystem $(TFLM) -isystem $(DOWNLOADS)/flatbuffers/include -isystem $(DOWNLOADS)/gemmlowp \
  -isystem $(DOWNLOADS)/ruy
OUR_FLAGS := $(OUR_MACHINE) -std=c++17 -Wall -Wextra -Werror -fno-rtti -fno-exceptions -fno-threadsafe-statics -MMD -MP \
  -I$(ROOT) -I$(OUT) -I$(GEN) -isystem $(NANOPB) $(TFLM_INCLUDES) $(TFLM_DEFINES) $(LINK_FLAGS)
PB_FLAGS := -I$(NANOPB) -I$(GEN) -DPB_NO_ERRMSG=0

# ---- TFLM, by hash of all that makes it ---------------------------------------------------------
TFLM_FLAGS := $(MACHINE) $(COMMON) $(TFLM_DEFINES)
TFLM_KEY := $(shell { $(CXX) --version; echo '$(TFLM_FLAGS)'; cat $(FW)/deps/fetch-tflm.sh $(FW)/deps/tflm.mk; \
  echo '$(TFLM_DIR)'; } | sha256sum | cut -c1-16)
LIBTFLM := $(CACHE)/tflm/$(TFLM_KEY)/libtflm.a
$(LIBTFLM):
	@echo "TFLM for $(BOARD)$(if $(SAN), with sanitizers): $@ (one to two minutes, once)"
	@mkdir -p $(@D) && flock $(@D).lock $(MAKE) --no-print-directory -j2 -f $(FW)/deps/tflm.mk TFLM=$(TFLM) CXX=$(CXX) AR=$(AR) \
	  FLAGS='$(TFLM_FLAGS) $(TFLM_INCLUDES)' OUT=$(@D)

# ---- messages -----------------------------------------------------------------------------------
$(GEN)/mcu_eval.pb.c: $(ROOT)/proto/mcu_eval.proto $(ROOT)/proto/mcu_eval.options
	@mkdir -p $(@D) && nanopb_generator.py -q -I $(ROOT)/proto -D $(GEN) -f $(ROOT)/proto/mcu_eval.options mcu_eval.proto
$(GEN)/mcu_eval.pb.h: $(GEN)/mcu_eval.pb.c ;

# ---- objects ------------------------------------------------------------------------------------
PORT_SOURCES := $(sort $(wildcard $(addsuffix /*.cc,$(PORT_FOLDERS))))
CORE_SOURCES := $(sort $(wildcard $(FW)/infer/*.cc $(FW)/infer/kernels/*.cc $(FW)/link/*.cc $(FW)/app/*.cc))
NANOPB_OBJECTS := $(addprefix $(OUT)/obj/,pb_common.o pb_encode.o pb_decode.o mcu_eval.pb.o)
object = $(patsubst $(ROOT)/%.cc,$(OUT)/obj/%.o,$(1))
PORT_OBJECTS := $(call object,$(PORT_SOURCES))
CORE_OBJECTS := $(call object,$(CORE_SOURCES))

# All that makes the image, so that two images with one id are the same.
$(OUT)/build_id.h: $(PORT_SOURCES) $(CORE_SOURCES) $(wildcard $(FW)/*/*.h $(FW)/infer/kernels/*.h $(addsuffix /*,$(PORT_FOLDERS))) \
    $(ROOT)/proto/mcu_eval.proto $(ROOT)/proto/mcu_eval.options $(OUT)/board_config.h $(FW)/compile.mk
	@{ echo $(TFLM_KEY); cat $(sort $^); } | sha256sum | \
	  sed -E 's/^(.{16}).*/constexpr char kBuildId[] = "\1";/' >$@.new; \
	  cmp -s $@.new $@ && rm $@.new && touch $@ || mv $@.new $@
$(OUT)/board_config.h: $(OUT)/board.mk ;

# Objects are remade when the flags change.
$(OUT)/flags: FORCE
	@echo '$(CXX) $(MACHINE) $(COMMON) $(OUR_FLAGS) $(PB_FLAGS)' | cmp -s - $@ || \
	  echo '$(CXX) $(MACHINE) $(COMMON) $(OUR_FLAGS) $(PB_FLAGS)' >$@

$(OUT)/obj/%.o: $(ROOT)/%.cc $(OUT)/flags | $(OUT)/build_id.h $(GEN)/mcu_eval.pb.h
	@mkdir -p $(@D) && $(CXX) $(MACHINE) $(COMMON) $(OUR_FLAGS) -c $< -o $@
$(OUT)/obj/%.o: $(NANOPB)/%.c $(OUT)/flags
	@mkdir -p $(@D) && $(CC) $(MACHINE) $(COMMON) $(PB_FLAGS) -c $< -o $@
$(OUT)/obj/%.o: $(GEN)/%.c $(OUT)/flags
	@mkdir -p $(@D) && $(CC) $(MACHINE) $(COMMON) $(PB_FLAGS) -c $< -o $@

# ---- image --------------------------------------------------------------------------------------
image: $(OUT)/$(IMAGE)
$(OUT)/$(IMAGE): $(PORT_OBJECTS) $(CORE_OBJECTS) $(NANOPB_OBJECTS) $(LIBTFLM) $(SCRIPT)
	@$(CXX) $(filter %.o,$^) $(LIBTFLM) $(LINK) -o $@.new
	@$(if $(PREFIX),! $(PREFIX)nm $@.new | grep -wE 'malloc|_malloc_r|_sbrk' || { echo "$@ links a heap" >&2; exit 1; })
	@mv $@.new $@ && echo "built $(@:$(ROOT)/%=%)"

size: $(OUT)/$(IMAGE)
	@$(PREFIX)size $< $(if $(PREFIX),&& $(PREFIX)size -A $< | grep -E '^\.')

# ---- tests --------------------------------------------------------------------------------------
# Each test/firmware/<room>/*_test.cc is one program, linked with all but a port.
TESTS := $(sort $(wildcard $(ROOT)/test/firmware/$(or $(ROOM),*)/*_test.cc))
TEST_HELPERS := $(sort $(filter-out %_test.cc $(ROOT)/test/firmware/kernels/%,$(wildcard $(ROOT)/test/firmware/*/*.cc)))
TEST_PROGRAMS := $(patsubst $(ROOT)/test/firmware/%.cc,$(OUT)/test/%,$(TESTS))

# The shared vectors as one C++ table.
$(OUT)/vectors.inc: $(ROOT)/test/firmware/vectors_inc.mjs $(wildcard $(ROOT)/test/vectors/*.json) \
    $(ROOT)/proto/mcu_eval.proto
	@node $< $(ROOT)/test/vectors $(ROOT)/proto/mcu_eval.proto $@
$(call object,$(TESTS)): | $(OUT)/vectors.inc

$(OUT)/libcore.a: $(CORE_OBJECTS) $(NANOPB_OBJECTS)
	@rm -f $@ && $(AR) rcs $@ $^
$(OUT)/test/%: $(OUT)/obj/test/firmware/%.o $(call object,$(TEST_HELPERS)) $(OUT)/libcore.a $(LIBTFLM)
	@mkdir -p $(@D) && $(CXX) $^ $(LINK) -o $@

# Times inferences in the process; board native only.
invoke-bench: $(OUT)/invoke_bench
$(OUT)/invoke_bench: $(OUT)/obj/test/kernels/invoke_bench.o $(OUT)/obj/firmware/ports/native/kernel_choice.o \
    $(OUT)/libcore.a $(LIBTFLM)
	@$(CXX) $^ $(LINK) -o $@

test: $(TEST_PROGRAMS)
	@cd $(ROOT) && for program in $(TEST_PROGRAMS:$(ROOT)/%=%); do \
	  TFLM_DIR=$(TFLM) $$program || { echo "FAILED $$program" >&2; exit 1; }; done

include $(FW)/kernel_test.mk

-include $(shell find $(OUT)/obj -name '*.d' 2>/dev/null)
