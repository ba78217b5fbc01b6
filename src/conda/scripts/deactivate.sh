# Deactivates the environment that is active in this shell. Source it, or call the function deactivate.
_slipway_defined=$(command -v deactivate 2>/dev/null) || _slipway_defined=
if [ "$_slipway_defined" = deactivate ]; then
  unset _slipway_defined
  deactivate
elif [ -n "${CONDA_PREFIX-}" ]; then
  # A child of the shell that activated: what was before is not known here, so what was set is unset.
  unset _slipway_defined
  _slipway_prefix=$CONDA_PREFIX
@@LEAVE_SCRIPTS@@
@@LEAVE_PATH@@
@@UNSET_VARIABLES@@
  unset CONDA_PREFIX CONDA_DEFAULT_ENV _slipway_prefix
  hash -r 2>/dev/null || :
else
  unset _slipway_defined
fi
