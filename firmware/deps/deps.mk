# Where the pinned sources lie; fetched and checked once, then remembered in
# build/firmware/deps.mk until that folder or the scripts change.
DEPS := $(ROOT)/build/firmware/deps.mk
ifneq ($(filter-out format format-check,$(GOALS)),)
include $(DEPS)
endif

$(DEPS): $(FW)/deps/fetch-tflm.sh $(FW)/deps/fetch-nanopb.sh $(FW)/deps/Cargo.toml
	@mkdir -p $(@D)
	@tflm=$$(sh $(FW)/deps/fetch-tflm.sh) && nanopb=$$(sh $(FW)/deps/fetch-nanopb.sh) && \
	  printf 'TFLM := %s\nNANOPB := %s\n' "$$tflm" "$$nanopb" >$@

deps: $(DEPS)
	@:

# A cache that was cleared makes the remembered paths stale.
ifneq ($(TFLM),)
ifeq ($(wildcard $(TFLM)/tensorflow)$(wildcard $(NANOPB)/pb.h),)
$(DEPS): FORCE
endif
endif
