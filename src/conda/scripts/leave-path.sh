  # Takes exactly one element out of PATH and keeps empty ones.
  _slipway_path=:${PATH-}:
  case "$_slipway_path" in
    *":$_slipway_prefix/bin:"*)
      _slipway_path=${_slipway_path%%":$_slipway_prefix/bin:"*}:${_slipway_path#*":$_slipway_prefix/bin:"}
      _slipway_path=${_slipway_path#:}
      export PATH="${_slipway_path%:}"
      ;;
  esac
  unset _slipway_path
