  _slipway_scripts=
  _slipway_had_locale=${LC_ALL+x}
  _slipway_locale=${LC_ALL-}
  # Code-point order, the same for everybody. Only zsh fails where nothing matches.
  LC_ALL=C
  _slipway_glob=
  if [ -n "${ZSH_VERSION-}" ]; then _slipway_glob="(N)"; fi
  eval "for _slipway_script in \"\$_slipway_prefix\"/etc/conda/@@FOLDER@@/*.sh$_slipway_glob; do
    @@COLLECT@@
  done"
  if [ -n "$_slipway_had_locale" ]; then LC_ALL=$_slipway_locale; else unset LC_ALL; fi
  while [ -n "$_slipway_scripts" ]; do
    _slipway_script=${_slipway_scripts%%"
"*}
    _slipway_scripts=${_slipway_scripts#*"
"}
    if [ -f "$_slipway_script" ] && [ -r "$_slipway_script" ]; then
      # Scripts of other packages are seldom written for "set -u" and "set -e".
      _slipway_flags=
      case "$-" in *e*) _slipway_flags=e ;; esac
      case "$-" in *u*) _slipway_flags=${_slipway_flags}u ;; esac
      set +e
      set +u
      . "$_slipway_script" || echo "@@COMMAND@@: $_slipway_script failed" >&2
      case "$_slipway_flags" in *u*) set -u ;; esac
      case "$_slipway_flags" in *e*) set -e ;; esac
    fi
  done
  unset _slipway_scripts _slipway_script _slipway_had_locale _slipway_locale _slipway_glob _slipway_flags
