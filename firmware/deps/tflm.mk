# Builds one TFLM library: make -f tflm.mk TFLM=<sources> CXX=... AR=... FLAGS=... OUT=<folder>
# The list is the part of TFLM that an interpreter with reference kernels needs;
# DebugLog and the clock are left to the firmware.
SRC := $(TFLM)/tensorflow/lite
FILES := c/common.c core/api/error_reporter.cc core/api/flatbuffer_conversions.cc core/api/op_resolver.cc \
  core/api/tensor_utils.cc kernels/kernel_util.cc kernels/internal/quantization_util.cc \
  $(addprefix micro/, memory_helpers.cc micro_allocator.cc micro_error_reporter.cc micro_interpreter.cc \
    micro_string.cc micro_utils.cc simple_memory_allocator.cc memory_planner/greedy_memory_planner.cc) \
  $(patsubst $(SRC)/%,%,$(filter-out %_test.cc %/all_ops_resolver.cc,$(sort $(wildcard $(SRC)/micro/kernels/*.cc))))
OBJECTS := $(addprefix $(OUT)/obj/,$(addsuffix .o,$(FILES)))

$(OUT)/libtflm.a: $(OBJECTS)
	@rm -f $@.new && $(AR) rcs $@.new $^ && mv $@.new $@ && rm -rf $(OUT)/obj

$(OUT)/obj/%.cc.o: $(SRC)/%.cc
	@mkdir -p $(@D) && $(CXX) -std=c++17 -fno-rtti -fno-exceptions -fno-threadsafe-statics $(FLAGS) -w -c $< -o $@

$(OUT)/obj/%.c.o: $(SRC)/%.c
	@mkdir -p $(@D) && $(CXX) -x c -std=c11 $(FLAGS) -w -c $< -o $@

# GNU as 2.40 reads a conditional VCVT as MVE's VCVTN; without if-conversion
# there is none.
ifneq ($(findstring cortex-m55,$(FLAGS)),)
$(OUT)/obj/micro/kernels/resize_nearest_neighbor.cc.o: override FLAGS += -fno-if-conversion -fno-if-conversion2
endif
