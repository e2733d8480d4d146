# The kernels' forms against TFLM's reference, see test/kernels/README.md:
#   make test-kernels [BOARD=native|qemu-m4|...] [KERNELS="KERNEL|all CASES SEED FIRST"]
# One program; for an emulated board it is the whole image.
KERNELS ?= all 300 1 0
KERNEL_TEST := $(OUT)/kernel-test
KERNEL_TEST_SOURCES := $(filter-out %/main_$(if $(PREFIX),native,emulated).cc,$(sort $(wildcard \
  $(ROOT)/test/firmware/kernels/*.cc)))
$(KERNEL_TEST): $(call object,$(KERNEL_TEST_SOURCES)) $(if $(PREFIX),$(PORT_OBJECTS)) $(OUT)/libcore.a $(LIBTFLM) $(SCRIPT)
	@$(CXX) $(filter %.o %.a,$^) $(LINK) -o $@

test-kernels: $(KERNEL_TEST)
	@node $(ROOT)/test/kernels/forms.mjs $(BOARD) $< $(KERNELS)
