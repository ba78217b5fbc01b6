# Activates the environment that this file is in. Source it:
#   . venv/bin/activate
# For bash, zsh, ksh93, mksh, dash and busybox ash, also under "set -u" and "set -e". Undo it with: deactivate

# Where this file is. Each shell has a syntax of its own, which the others must not even parse.
_slipway_file=
if [ -n "${BASH_VERSION-}" ]; then
  eval '_slipway_file=${BASH_SOURCE[0]-}'
elif [ -n "${ZSH_VERSION-}" ]; then
  eval '_slipway_file=${(%):-%x}'
else
  case "${KSH_VERSION-}" in
    '' | *MIRBSD* | *LEGACY*) ;;
    *) eval '_slipway_file=${.sh.file}' ;;
  esac
fi
case "$_slipway_file" in
  */activate | activate) ;;
  *)
    # Shells that do not tell have this file open. In a subshell, $$ is the wrong process.
    _slipway_file=
    if { read -r _slipway_pid _slipway_rest </proc/self/stat; } 2>/dev/null; then
      for _slipway_fd in /proc/"$_slipway_pid"/fd/*; do
        _slipway_rest=$(readlink "$_slipway_fd" 2>/dev/null) || _slipway_rest=
        case "$_slipway_rest" in
          */bin/activate) _slipway_file=$_slipway_rest ;;
        esac
      done
    fi
    if [ -z "$_slipway_file" ] && [ -n "${SLIPWAY_ENV-}" ]; then
      _slipway_file=$SLIPWAY_ENV/bin/activate
    fi
    unset _slipway_pid _slipway_rest _slipway_fd
    ;;
esac
case "$_slipway_file" in
  */*) _slipway_prefix=${_slipway_file%/*} ;;
  ?*) _slipway_prefix=. ;;
  *) _slipway_prefix= ;;
esac
if [ -n "$_slipway_prefix" ]; then
  _slipway_prefix=$(CDPATH='' \cd -- "$_slipway_prefix/.." >/dev/null 2>&1 && \pwd) || _slipway_prefix=
fi
unset _slipway_file
if [ -z "$_slipway_prefix" ]; then
  unset _slipway_prefix
  echo "activate: this shell does not tell where this file is; set SLIPWAY_ENV to the root of the environment" >&2
  return 1
fi

_slipway_defined=$(command -v deactivate 2>/dev/null) || _slipway_defined=
if [ "$_slipway_defined" = deactivate ] && [ "${CONDA_PREFIX-}" = "$_slipway_prefix" ]; then
  unset _slipway_prefix _slipway_defined
  return 0
fi
if [ "$_slipway_defined" = deactivate ]; then
  _slipway_next=$_slipway_prefix
  deactivate || :
  _slipway_prefix=$_slipway_next
  unset _slipway_next
fi
unset _slipway_defined

# Puts $1 into $_slipway_quoted as one word that any shell reads back.
_slipway_quote() {
  _slipway_rest=$1
  _slipway_quoted="'"
  while :; do
    case "$_slipway_rest" in
      *\'*)
        _slipway_quoted=$_slipway_quoted${_slipway_rest%%\'*}"'\\''"
        _slipway_rest=${_slipway_rest#*\'}
        ;;
      *) break ;;
    esac
  done
  _slipway_quoted=$_slipway_quoted$_slipway_rest"'"
  unset _slipway_rest
}

# Remembers in $_slipway_restore how to give the variable $1 its present value back; $2 is x where it has one, then $3.
_slipway_save() {
  if [ -n "$2" ]; then
    _slipway_quote "$3"
    _slipway_restore="export $1=$_slipway_quoted
$_slipway_restore"
  else
    _slipway_restore="unset $1
$_slipway_restore"
  fi
}

_slipway_restore=
if [ "${CONDA_PREFIX-}" = "$_slipway_prefix" ]; then
  # A child of a shell in which the environment is active: what was before is not known here.
  _slipway_save CONDA_PREFIX '' ''
  _slipway_save CONDA_DEFAULT_ENV '' ''
else
  _slipway_save CONDA_PREFIX "${CONDA_PREFIX+x}" "${CONDA_PREFIX-}"
  _slipway_save CONDA_DEFAULT_ENV "${CONDA_DEFAULT_ENV+x}" "${CONDA_DEFAULT_ENV-}"
fi
export CONDA_PREFIX="$_slipway_prefix"
export CONDA_DEFAULT_ENV="${_slipway_prefix##*/}"

case "${PATH-}" in
  "$CONDA_PREFIX/bin" | "$CONDA_PREFIX/bin":*) ;;
  '') export PATH="$CONDA_PREFIX/bin" ;;
  *) export PATH="$CONDA_PREFIX/bin:$PATH" ;;
esac

case "$-" in
  *i*)
    if [ -n "${PS1+x}" ]; then
      _slipway_quote "$PS1"
      _slipway_restore="PS1=$_slipway_quoted
$_slipway_restore"
      PS1="($CONDA_DEFAULT_ENV) $PS1"
    fi
    ;;
esac
@@VARIABLES@@
# deactivate knows by itself what to restore, so that nothing but its name stays behind.
_slipway_leave_scripts='
@@LEAVE_SCRIPTS@@
'
_slipway_leave_path='
@@LEAVE_PATH@@
'
_slipway_quote "$CONDA_PREFIX"
eval "deactivate() {
  _slipway_prefix=$_slipway_quoted
$_slipway_leave_scripts
$_slipway_restore
$_slipway_leave_path
  unset _slipway_prefix
  hash -r 2>/dev/null || :
  unset -f deactivate
}"
unset _slipway_quoted _slipway_restore _slipway_leave_scripts _slipway_leave_path
unset -f _slipway_quote _slipway_save
hash -r 2>/dev/null || :

@@ENTER_SCRIPTS@@
unset _slipway_prefix
