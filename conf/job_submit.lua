-- slipway: keeps jobs with a container on nodes that have the plugin, where some nodes do not have it. slipway(8) says
-- when that is needed. It lies on the controller, beside slurm.conf, which says
--
--   JobSubmitPlugins=lua
--   NodeName=n[1-9] Features=slipway ...       of the nodes with the plugin
--
-- A site with a job_submit.lua of its own takes all but the last two functions along, and calls "checked" as they do
-- after everything else: what is set in job.features later is not guarded.

local FEATURE = "slipway"

-- true: every job, for sites whose default_image= or force_image= gives an image to jobs that name none.
local EVERY_JOB = false

local function is_image(name) return name ~= nil and name ~= "" and name ~= "none" end

-- Of batch jobs also what they inherit, where an sbatch without the plugin submits them in a job with a container:
-- nodes go by this variable.
local function image_of(job)
  if is_image(job.container) then return job.container end
  local inherited = job.script and job.environment["SLURM_CONTAINER"]
  return is_image(inherited) and inherited or nil
end

-- Slurm reads a constraint from left to right, so that what is added at its end is asked of every node, whatever stands
-- before: "a|b&slipway" asks for (a or b) and slipway. But for counts, after which it means nothing.
local function guarded(constraint)
  if constraint == "" or constraint == FEATURE then return FEATURE end
  return constraint:sub(-#FEATURE - 1) == "&" .. FEATURE and constraint or constraint .. "&" .. FEATURE
end

-- The user reads it; of scontrol update from Slurm 23.02 on.
local function refuse(option, constraint)
  slurm.log_user("slipway: %s %s: counts (*) cannot be combined with the nodes of a container; make each count a " ..
                 "component of the job, as in: sbatch -N2 -C a : -N4 -C b", option, constraint)
  return slurm.ESLURM_INVALID_FEATURE or slurm.ERROR
end

-- --prefer takes the place of --constraint where it can be had.
local function guard(job, constraint, preference)
  for option, value in pairs({constraint = constraint, prefer = preference}) do
    if value:find("*", 1, true) then return refuse(option, value) end
  end
  if constraint then job.features = guarded(constraint) end
  if preference and preference ~= "" then job.prefer = guarded(preference) end
  return slurm.SUCCESS
end

local function on_submit(job)
  local image = image_of(job)
  if image then job.container = image end  -- for on_modify
  if not image and not EVERY_JOB then return slurm.SUCCESS end
  return guard(job, job.features or "", job.prefer)
end

-- What `scontrol update` leaves alone is nil.
local function on_modify(job, record)
  if not is_image(record.container) and not EVERY_JOB then return slurm.SUCCESS end
  return guard(job, job.features, job.prefer)
end

-- Slurm takes an error of lua's for consent.
local function checked(hook, ...)
  local is_good, result = pcall(hook, ...)
  if is_good then return result end
  slurm.log_error("slipway: job_submit.lua: %s", tostring(result))
  return slurm.ERROR
end

function slurm_job_submit(job, partitions, uid) return checked(on_submit, job) end

function slurm_job_modify(job, record, partitions, uid) return checked(on_modify, job, record) end
